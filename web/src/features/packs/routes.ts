import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'packs',
    name: 'packs',
    component: () => import('./PacksPage.vue'),
    meta: { title: 'menu.packs', keep: 'PacksPage', permissions: ['packs.view'] },
  },
  {
    path: 'packs/versions/:version([0-9a-f]{12})',
    name: 'pack-version',
    component: () => import('./PackVersionPage.vue'),
    props: true,
    meta: { title: 'menu.packVersion', permissions: ['packs.view'] },
  },
  {
    path: 'dictionary',
    name: 'dictionary',
    component: () => import('./DictionaryPage.vue'),
    meta: { title: 'menu.dictionary', keep: 'DictionaryPage' },
  },
] satisfies RouteRecordRaw[]
