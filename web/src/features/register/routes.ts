import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'buildings', name: 'buildings', component: () => import('./BuildingsPage.vue'), meta: { title: 'menu.buildings', keep: 'BuildingsPage', permissions } },
  { path: 'crops', name: 'crops', component: () => import('./CropSheetPage.vue'), meta: { title: 'menu.crops', keep: 'CropSheetPage', permissions } },
  { path: 'lists', name: 'lists', component: () => import('./ListsPage.vue'), meta: { title: 'menu.lists', keep: 'ListsPage', permissions } },
] satisfies RouteRecordRaw[]
