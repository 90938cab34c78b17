import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'dashboards/:name?',
    name: 'dashboards',
    component: () => import('./DashboardPage.vue'),
    meta: { title: 'menu.dashboards', keep: 'DashboardPage' },
  },
] satisfies RouteRecordRaw[]
