import type { RouteRecordRaw } from 'vue-router'

const permissions = ['enforcement.view']

export default [
  {
    path: 'checks',
    name: 'checks',
    component: () => import('./ChecksPage.vue'),
    meta: { title: 'menu.checks', keep: 'ChecksPage', permissions },
  },
  // From a line of the list to the section of the patch where it is put right.
  {
    path: 'checks/:id',
    name: 'check',
    component: () => import('./ProblemPlace.vue'),
    meta: { title: 'menu.checks', tabPerPath: true, permissions },
  },
] satisfies RouteRecordRaw[]
