import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'patches',
    name: 'patches',
    component: () => import('./PatchLedger.vue'),
    meta: { title: 'menu.patches', keep: 'PatchLedger', permissions: ['enforcement.view'] },
  },
  // Any declared ledger; what the user may read the server decides.
  {
    path: 'ledgers/:name',
    name: 'ledger',
    component: () => import('./AnyLedger.vue'),
    meta: { title: 'menu.ledgerPage', tabPerPath: true },
  },
] satisfies RouteRecordRaw[]
