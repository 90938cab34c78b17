import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'jobs',
    name: 'jobs',
    component: () => import('./JobsPage.vue'),
    meta: { title: 'menu.jobs', keep: 'JobsPage', permissions: ['jobs.view'] },
  },
] satisfies RouteRecordRaw[]
