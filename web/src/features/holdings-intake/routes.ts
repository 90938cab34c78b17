import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.import']

export default [
  { path: 'holdings-intake', name: 'intakes', component: () => import('./IntakesPage.vue'), meta: { title: 'menu.intakes', keep: 'IntakesPage', permissions } },
  { path: 'holdings-intake/new', name: 'intake-new', component: () => import('./IntakePage.vue'), meta: { title: 'menu.intakeNew', permissions } },
  { path: 'holdings-intake/:id', name: 'intake', component: () => import('./IntakePage.vue'), meta: { title: 'menu.intake', tabPerPath: true, permissions } },
] satisfies RouteRecordRaw[]
