import type { RouteRecordRaw } from 'vue-router'

const permissions = ['fees.view']

export default [
  { path: 'fees/counter', name: 'fee-counter', component: () => import('./CounterPage.vue'), meta: { title: 'menu.counter', keep: 'CounterPage', permissions: ['fees.collect'] } },
  { path: 'fees/bills/:id', name: 'fee-bill', component: () => import('./BillPage.vue'), meta: { title: 'menu.bill', tabPerPath: true, permissions } },
  { path: 'fees/payments/:id', name: 'fee-payment', component: () => import('./PaymentPage.vue'), meta: { title: 'menu.payment', tabPerPath: true, permissions } },
  { path: 'fees/receipts', name: 'fee-receipts', component: () => import('./ReceiptsPage.vue'), meta: { title: 'menu.receiptBooks', permissions } },
  { path: 'fees/settlements', name: 'fee-settlements', component: () => import('./SettlementsPage.vue'), meta: { title: 'menu.settlements', permissions } },
  { path: 'fees/bank', name: 'fee-bank', component: () => import('./BankPage.vue'), meta: { title: 'menu.bank', permissions: ['fees.finance'] } },
  { path: 'fees/collected', name: 'fee-collected', component: () => import('./CollectedPage.vue'), meta: { title: 'menu.collected', permissions } },
  { path: 'fees/runs', name: 'fee-runs', component: () => import('./RunsPage.vue'), meta: { title: 'menu.billRuns', permissions } },
  { path: 'fees/runs/:id', name: 'fee-run', component: () => import('./RunPage.vue'), meta: { title: 'menu.billRun', tabPerPath: true, permissions } },
  { path: 'fees/tariffs', name: 'fee-tariffs', component: () => import('./TariffsPage.vue'), meta: { title: 'menu.tariffs', permissions } },
] satisfies RouteRecordRaw[]
