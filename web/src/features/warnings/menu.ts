import { Bell } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 60, title: 'menu.warnings', to: '/warnings', icon: Bell, needs: ['warnings.view'] },
] satisfies MenuEntry[]
