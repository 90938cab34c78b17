import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'ratio',
    name: 'ratio',
    component: () => import('./RatioPage.vue'),
    meta: { title: 'menu.ratio', keep: 'RatioPage', permissions: ['enforcement.view'] },
  },
] satisfies RouteRecordRaw[]
