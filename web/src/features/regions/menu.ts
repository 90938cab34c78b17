import { OfficeBuilding } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'admin', order: 30, title: 'menu.regions', to: '/regions', icon: OfficeBuilding },
] satisfies MenuEntry[]
