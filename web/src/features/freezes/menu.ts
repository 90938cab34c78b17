import { Lock } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 58, title: 'menu.freezes', to: '/freezes', icon: Lock, needs: ['books.view'] },
] satisfies MenuEntry[]
