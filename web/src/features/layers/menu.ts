import { Collection } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'data', order: 10, title: 'menu.layers', to: '/layers', icon: Collection, needs: ['layers.view'] },
] satisfies MenuEntry[]
