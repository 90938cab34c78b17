import { MapLocation } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'top', order: 20, title: 'menu.map', to: '/map', icon: MapLocation, needs: ['layers.view', 'enforcement.view'] },
] satisfies MenuEntry[]
