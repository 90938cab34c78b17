import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'layers',
    name: 'layers',
    component: () => import('./LayersPage.vue'),
    meta: { title: 'menu.layers', keep: 'LayersPage', permissions: ['layers.view'] },
  },
  {
    path: 'layers/import',
    name: 'layer-import',
    component: () => import('./ImportPage.vue'),
    meta: { title: 'menu.layerImport', permissions: ['layers.import'] },
  },
  {
    path: 'layers/versions/:id(\\d+)/problems',
    name: 'layer-problems',
    component: () => import('./ProblemsPage.vue'),
    meta: { title: 'menu.layerProblems', permissions: ['layers.import'] },
  },
  {
    path: 'layers/versions/:id(\\d+)/cuts',
    name: 'layer-cuts',
    component: () => import('./CutsPage.vue'),
    meta: { title: 'menu.layerCuts', permissions: ['layers.import'] },
  },
  {
    path: 'layers/comparisons',
    name: 'layer-comparisons',
    component: () => import('./ComparisonsPage.vue'),
    meta: { title: 'menu.layerComparisons', keep: 'LayerComparisonsPage', permissions: ['layers.import'] },
  },
  {
    path: 'layers/comparisons/:id(\\d+)',
    name: 'layer-comparison',
    component: () => import('./ComparisonPage.vue'),
    meta: { title: 'menu.layerComparison', permissions: ['layers.view'] },
  },
  {
    path: 'layers/exports',
    name: 'layer-exports',
    component: () => import('./ExportsPage.vue'),
    meta: { title: 'menu.layerExports', keep: 'LayerExportsPage', permissions: ['layers.view'] },
  },
] satisfies RouteRecordRaw[]
