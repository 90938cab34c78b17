import type { RouteRecordRaw } from 'vue-router'

const permissions = ['enforcement.view']

export default [
  { path: 'returns', name: 'returns', component: () => import('./ReturnsPage.vue'), meta: { title: 'menu.returns', keep: 'ReturnsPage', permissions } },
  { path: 'returns/compare', name: 'compare', component: () => import('./ComparePage.vue'), meta: { title: 'menu.compare', permissions } },
  { path: 'returns/:id', name: 'return', component: () => import('./ReturnPage.vue'), meta: { title: 'menu.return', tabPerPath: true, permissions } },
] satisfies RouteRecordRaw[]
