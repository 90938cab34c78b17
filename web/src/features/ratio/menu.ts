import { Histogram } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 60, title: 'menu.ratio', to: '/ratio', icon: Histogram, needs: ['enforcement.view'] },
] satisfies MenuEntry[]
