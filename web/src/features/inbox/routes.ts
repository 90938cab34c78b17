import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'inbox',
    name: 'inbox',
    component: () => import('./InboxPage.vue'),
    meta: { title: 'menu.inbox', keep: 'InboxPage' },
  },
] satisfies RouteRecordRaw[]
