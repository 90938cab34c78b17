import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'overlays',
    name: 'overlays',
    component: () => import('./RunsPage.vue'),
    meta: { title: 'menu.overlays', keep: 'OverlayRunsPage', permissions: ['overlays.view'] },
  },
  {
    path: 'overlays/:id(\\d+)',
    name: 'overlay',
    component: () => import('./RunPage.vue'),
    meta: { title: 'menu.overlay', tabPerPath: true, permissions: ['overlays.view'] },
  },
] satisfies RouteRecordRaw[]
