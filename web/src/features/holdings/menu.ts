import { Calendar, Grid, OfficeBuilding, Memo, MapLocation, Search, User } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'holdings', order: 10, title: 'menu.parcels', to: '/parcels', icon: Grid, needs },
  { group: 'holdings', order: 15, title: 'menu.parcelFind', to: '/parcels/find', icon: Search, needs },
  { group: 'holdings', order: 20, title: 'menu.holders', to: '/holders', icon: User, needs },
  { group: 'holdings', order: 30, title: 'menu.contracts', to: '/contracts', icon: Memo, needs },
  { group: 'holdings', order: 40, title: 'menu.corpsLand', to: '/corps-land', icon: MapLocation, needs },
  { group: 'holdings', order: 50, title: 'menu.baseYears', to: '/base-years', icon: Calendar, needs },
  { group: 'holdings', order: 70, title: 'menu.surveyUnits', to: '/survey-units', icon: OfficeBuilding, needs },
] satisfies MenuEntry[]
