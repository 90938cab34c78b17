import { Promotion, Service } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'holdings', order: 34, title: 'menu.referrals', to: '/referrals', icon: Promotion, needs },
  { group: 'holdings', order: 36, title: 'menu.petitions', to: '/petitions', icon: Service, needs },
] satisfies MenuEntry[]
