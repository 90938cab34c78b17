import { Calendar, Grid, Memo, MapLocation, User } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'holdings', order: 10, title: 'menu.parcels', to: '/parcels', icon: Grid, needs },
  { group: 'holdings', order: 20, title: 'menu.holders', to: '/holders', icon: User, needs },
  { group: 'holdings', order: 30, title: 'menu.contracts', to: '/contracts', icon: Memo, needs },
  { group: 'holdings', order: 40, title: 'menu.corpsLand', to: '/corps-land', icon: MapLocation, needs },
  { group: 'holdings', order: 50, title: 'menu.baseYears', to: '/base-years', icon: Calendar, needs },
] satisfies MenuEntry[]
