import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'registrations', name: 'registrations', component: () => import('./RegistrationsPage.vue'), meta: { title: 'menu.registrations', keep: 'RegistrationsPage', permissions } },
  { path: 'registrations/:id', name: 'registration', component: () => import('./RegistrationPage.vue'), meta: { title: 'menu.registration', tabPerPath: true, permissions } },
] satisfies RouteRecordRaw[]
