import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'account',
    name: 'account',
    component: () => import('./AccountPage.vue'),
    meta: { title: 'menu.account', keep: 'AccountPage' },
  },
] satisfies RouteRecordRaw[]
