import { List } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 10, title: 'menu.patches', to: '/patches', icon: List, needs: ['enforcement.view'] },
] satisfies MenuEntry[]
