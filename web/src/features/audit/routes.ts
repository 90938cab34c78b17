import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'audit',
    name: 'audit',
    component: () => import('./AuditPage.vue'),
    meta: { title: 'menu.audit', keep: 'AuditPage', permissions: ['audit.view', 'audit.officers'] },
  },
] satisfies RouteRecordRaw[]
