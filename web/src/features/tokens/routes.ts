import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'tokens',
    name: 'tokens',
    component: () => import('./TokensPage.vue'),
    meta: { title: 'menu.tokens', keep: 'TokensPage', permissions: ['api.token'] },
  },
] satisfies RouteRecordRaw[]
