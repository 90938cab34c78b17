import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'water/sources', name: 'water-sources', component: () => import('./SourcesPage.vue'), meta: { title: 'menu.waterSources', keep: 'WaterSourcesPage', permissions } },
  { path: 'water/sources/new', name: 'water-source-new', component: () => import('./RegisterSourcePage.vue'), meta: { title: 'menu.waterSourceNew', permissions: ['water.edit'] } },
  { path: 'water/sources/:id', name: 'water-source', component: () => import('./SourcePage.vue'), meta: { title: 'menu.waterSource', tabPerPath: true, permissions } },
  { path: 'water/readings', name: 'water-readings', component: () => import('./ReadingsPage.vue'), meta: { title: 'menu.waterReadings', permissions } },
  { path: 'water/standards', name: 'water-standards', component: () => import('./StandardsPage.vue'), meta: { title: 'menu.waterStandards', permissions } },
  { path: 'water/charges', name: 'water-charges', component: () => import('./ChargesPage.vue'), meta: { title: 'menu.waterCharges', permissions: ['water.charge'] } },
  { path: 'water/reports', name: 'water-reports', component: () => import('./ReportsPage.vue'), meta: { title: 'menu.waterReports', permissions } },
] satisfies RouteRecordRaw[]
