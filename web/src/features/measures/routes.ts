import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'dunning', name: 'dunning', component: () => import('./DunningPage.vue'), meta: { title: 'menu.dunning', permissions } },
  { path: 'stopping', name: 'stopping', component: () => import('./StoppingPage.vue'), meta: { title: 'menu.stopping', permissions } },
  { path: 'stopping/:id', name: 'stop-measure', component: () => import('./StopPage.vue'), meta: { title: 'menu.stopMeasure', tabPerPath: true, permissions } },
] satisfies RouteRecordRaw[]
