import { Monitor } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'admin', order: 90, title: 'menu.system', to: '/system', icon: Monitor, needs: ['system.view'] },
] satisfies MenuEntry[]
