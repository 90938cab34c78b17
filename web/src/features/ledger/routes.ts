import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'patches',
    name: 'patches',
    component: () => import('./PatchLedger.vue'),
    meta: { title: 'menu.patches', keep: 'PatchLedger', permissions: ['enforcement.view'] },
  },
] satisfies RouteRecordRaw[]
