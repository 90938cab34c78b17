import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'regions',
    name: 'regions',
    component: () => import('./RegionsPage.vue'),
    meta: { title: 'menu.regions', keep: 'RegionsPage' },
  },
  {
    path: 'regions/imports/:id(\\d+)',
    name: 'region-import',
    component: () => import('./RegionImportPage.vue'),
    props: true,
    meta: { title: 'menu.regionImport', permissions: ['regions.manage'] },
  },
] satisfies RouteRecordRaw[]
