import { Coin, CreditCard, DataLine, Finished, List, Money, PriceTag, Tickets, Warning } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['fees.view']

export default [
  { group: 'fees', order: 10, title: 'menu.counter', to: '/fees/counter', icon: Money, needs: ['fees.collect'] },
  { group: 'fees', order: 20, title: 'menu.bills', to: '/ledgers/fees.bills', icon: List, needs },
  { group: 'fees', order: 30, title: 'menu.arrears', to: '/ledgers/fees.arrears', icon: Warning, needs },
  { group: 'fees', order: 40, title: 'menu.payments', to: '/ledgers/fees.payments', icon: Coin, needs },
  { group: 'fees', order: 50, title: 'menu.waivers', to: '/ledgers/fees.waivers', icon: PriceTag, needs },
  { group: 'fees', order: 60, title: 'menu.receiptBooks', to: '/fees/receipts', icon: Tickets, needs },
  { group: 'fees', order: 70, title: 'menu.settlements', to: '/fees/settlements', icon: Finished, needs },
  { group: 'fees', order: 80, title: 'menu.bank', to: '/fees/bank', icon: CreditCard, needs: ['fees.finance'] },
  { group: 'fees', order: 90, title: 'menu.collected', to: '/fees/collected', icon: DataLine, needs },
  { group: 'fees', order: 100, title: 'menu.billRuns', to: '/fees/runs', icon: List, needs },
  { group: 'fees', order: 110, title: 'menu.tariffs', to: '/fees/tariffs', icon: PriceTag, needs },
] satisfies MenuEntry[]
