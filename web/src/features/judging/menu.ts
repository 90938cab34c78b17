import { Connection, Finished, Opportunity, Stamp } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'holdings', order: 27, title: 'menu.comparison', to: '/comparison', icon: Connection, needs },
  { group: 'holdings', order: 28, title: 'menu.judgements', to: '/judgements', icon: Stamp, needs },
  { group: 'holdings', order: 29, title: 'menu.dispositions', to: '/dispositions', icon: Finished, needs },
  { group: 'holdings', order: 55, title: 'menu.judging', to: '/judging', icon: Opportunity, needs },
] satisfies MenuEntry[]
