import { Collection, House, Sunny } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'holdings', order: 32, title: 'menu.crops', to: '/crops', icon: Sunny, needs: ['holdings.view'] },
  { group: 'holdings', order: 34, title: 'menu.buildings', to: '/buildings', icon: House, needs: ['holdings.view'] },
  { group: 'holdings', order: 62, title: 'menu.lists', to: '/lists', icon: Collection, needs: ['holdings.edit', 'water.edit'] },
] satisfies MenuEntry[]
