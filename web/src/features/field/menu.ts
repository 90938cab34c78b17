import { Place } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'work', order: 5, title: 'menu.field', to: '/field', icon: Place, needs: ['enforcement.evidence'] },
] satisfies MenuEntry[]
