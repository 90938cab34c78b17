import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'parcels', name: 'parcels', component: () => import('./ParcelsPage.vue'), meta: { title: 'menu.parcels', keep: 'ParcelsPage', permissions } },
  { path: 'parcels/new', name: 'parcel-new', component: () => import('./RegisterParcelPage.vue'), meta: { title: 'menu.parcelNew', permissions: ['holdings.edit'] } },
  { path: 'parcels/find', name: 'parcel-find', component: () => import('./FindPage.vue'), meta: { title: 'menu.parcelFind', keep: 'FindPage', permissions } },
  { path: 'parcels/:id', name: 'parcel', component: () => import('./ParcelPage.vue'), meta: { title: 'menu.parcel', tabPerPath: true, permissions } },
  { path: 'corps-land', name: 'corps-land', component: () => import('./CorpsPage.vue'), meta: { title: 'menu.corpsLand', keep: 'CorpsPage', permissions } },
  { path: 'holders', name: 'holders', component: () => import('./HoldersPage.vue'), meta: { title: 'menu.holders', keep: 'HoldersPage', permissions } },
  { path: 'holders/:id', name: 'holder', component: () => import('./HolderPage.vue'), meta: { title: 'menu.holder', tabPerPath: true, permissions } },
  { path: 'contracts', name: 'contracts', component: () => import('./ContractsPage.vue'), meta: { title: 'menu.contracts', keep: 'ContractsPage', permissions } },
  { path: 'survey-units', name: 'survey-units', component: () => import('./UnitsPage.vue'), meta: { title: 'menu.surveyUnits', permissions } },
  { path: 'base-years', name: 'base-years', component: () => import('./BaseYearsPage.vue'), meta: { title: 'menu.baseYears', permissions } },
] satisfies RouteRecordRaw[]
