import { Stamp } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'holdings', order: 32, title: 'menu.registrations', to: '/registrations', icon: Stamp, needs: ['holdings.view'] },
] satisfies MenuEntry[]
