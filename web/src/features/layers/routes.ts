import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'layers',
    name: 'layers',
    component: () => import('./LayersPage.vue'),
    meta: { title: 'menu.layers', keep: 'LayersPage', permissions: ['layers.view'] },
  },
] satisfies RouteRecordRaw[]
