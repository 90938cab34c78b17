import type { RouteRecordRaw } from 'vue-router'

const permissions = ['warnings.view']

export default [
  {
    path: 'warnings',
    name: 'warnings',
    component: () => import('./WarningsPage.vue'),
    meta: { title: 'menu.warnings', keep: 'WarningsPage', permissions },
  },
  {
    path: 'warnings/:id',
    name: 'warning',
    component: () => import('./WarningPage.vue'),
    meta: { title: 'menu.warning', tabPerPath: true, permissions },
  },
] satisfies RouteRecordRaw[]
