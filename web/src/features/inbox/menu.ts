import { Tickets } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'top', order: 15, title: 'menu.inbox', to: '/inbox', icon: Tickets },
] satisfies MenuEntry[]
