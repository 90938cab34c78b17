import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'map',
    name: 'map',
    component: () => import('./MapPage.vue'),
    meta: { title: 'menu.map', keep: 'MapPage', permissions: ['layers.view', 'enforcement.view'] },
  },
] satisfies RouteRecordRaw[]
