import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'calendar',
    name: 'calendar',
    component: () => import('./CalendarPage.vue'),
    meta: { title: 'menu.calendar', keep: 'CalendarPage', permissions: ['calendar.view'] },
  },
  {
    path: 'hooks',
    name: 'hooks',
    component: () => import('./HooksPage.vue'),
    meta: { title: 'menu.hooks', permissions: ['system.view'] },
  },
] satisfies RouteRecordRaw[]
