import type { RouteRecordRaw } from 'vue-router'

/** Outside the sign-in: a notice as everybody with its link sees it. */
export default [
  { path: '/gs/:token', name: 'public-notice', component: () => import('./PublicPage.vue'), meta: { title: 'menu.publicNotice', open: true } },
] satisfies RouteRecordRaw[]
