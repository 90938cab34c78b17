import { Bell, SwitchButton } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'water', order: 60, title: 'menu.dunning', to: '/dunning', icon: Bell, needs },
  { group: 'water', order: 70, title: 'menu.stopping', to: '/stopping', icon: SwitchButton, needs },
] satisfies MenuEntry[]
