import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: 'freezes', name: 'freezes', component: () => import('./FreezesPage.vue'), meta: { title: 'menu.freezes', keep: 'FreezesPage', permissions: ['enforcement.view', 'books.view'] } },
] satisfies RouteRecordRaw[]
