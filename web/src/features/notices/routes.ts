import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'notices', name: 'notices', component: () => import('./NoticesPage.vue'), meta: { title: 'menu.notices', keep: 'NoticesPage', permissions } },
  { path: 'notices/:id', name: 'notice', component: () => import('./NoticePage.vue'), meta: { title: 'menu.notice', tabPerPath: true, permissions } },
  { path: 'objections', name: 'objections', component: () => import('./ObjectionsPage.vue'), meta: { title: 'menu.objections', keep: 'ObjectionsPage', permissions } },
  { path: 'objections/:id', name: 'objection', component: () => import('./ObjectionPage.vue'), meta: { title: 'menu.objection', tabPerPath: true, permissions } },
  { path: 'parcel-progress', name: 'parcel-progress', component: () => import('./ProgressPage.vue'), meta: { title: 'menu.parcelProgress', keep: 'ParcelProgressPage', permissions } },
] satisfies RouteRecordRaw[]
