import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'grants',
    name: 'grants',
    component: () => import('./GrantsPage.vue'),
    meta: { title: 'menu.grants', keep: 'GrantsPage', permissions: ['people.grant'] },
  },
  {
    path: 'security-policy',
    name: 'security-policy',
    component: () => import('./PolicyPage.vue'),
    meta: { title: 'menu.policy', keep: 'PolicyPage', permissions: ['security.policy'] },
  },
] satisfies RouteRecordRaw[]
