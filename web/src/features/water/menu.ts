import { Coin, DataLine, EditPen, Odometer, PriceTag } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'water', order: 10, title: 'menu.waterSources', to: '/water/sources', icon: Odometer, needs },
  { group: 'water', order: 20, title: 'menu.waterReadings', to: '/water/readings', icon: EditPen, needs },
  { group: 'water', order: 30, title: 'menu.waterStandards', to: '/water/standards', icon: PriceTag, needs },
  { group: 'water', order: 40, title: 'menu.waterCharges', to: '/water/charges', icon: Coin, needs: ['water.charge'] },
  { group: 'water', order: 50, title: 'menu.waterReports', to: '/water/reports', icon: DataLine, needs },
] satisfies MenuEntry[]
