import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'imports',
    name: 'imports',
    component: () => import('./BatchesPage.vue'),
    meta: { title: 'menu.imports', keep: 'BatchesPage', permissions: ['enforcement.import'] },
  },
  {
    path: 'imports/new',
    name: 'import-new',
    component: () => import('./ImportPage.vue'),
    meta: { title: 'menu.importNew', permissions: ['enforcement.import'] },
  },
  {
    path: 'imports/:id',
    name: 'import',
    component: () => import('./ImportPage.vue'),
    meta: { title: 'menu.import', tabPerPath: true, permissions: ['enforcement.import'] },
  },
] satisfies RouteRecordRaw[]
