import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'patches/:id',
    name: 'patch',
    component: () => import('./PatchPage.vue'),
    meta: { title: 'menu.patch', tabPerPath: true, permissions: ['enforcement.view'] },
  },
] satisfies RouteRecordRaw[]
