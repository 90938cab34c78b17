import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'users',
    name: 'users',
    component: () => import('./UsersPage.vue'),
    meta: { title: 'menu.users', keep: 'UsersPage', permissions: ['people.accounts'] },
  },
  {
    path: 'offices',
    name: 'offices',
    component: () => import('./OfficesPage.vue'),
    meta: { title: 'menu.offices', keep: 'OfficesPage', permissions: ['people.accounts'] },
  },
  {
    path: 'online',
    name: 'online',
    component: () => import('./OnlinePage.vue'),
    meta: { title: 'menu.online', keep: 'OnlinePage', permissions: ['people.accounts'] },
  },
  {
    path: 'people-register',
    name: 'people-register',
    component: () => import('./RegisterPage.vue'),
    meta: { title: 'menu.register', keep: 'RegisterPage', permissions: ['people.view'] },
  },
] satisfies RouteRecordRaw[]
