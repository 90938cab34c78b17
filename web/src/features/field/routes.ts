import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'field',
    name: 'field',
    component: () => import('./FieldPage.vue'),
    meta: { title: 'menu.field', keep: 'FieldPage', permissions: ['enforcement.evidence'] },
  },
] satisfies RouteRecordRaw[]
