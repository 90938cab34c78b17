import { CircleCheck } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 30, title: 'menu.checks', to: '/checks', icon: CircleCheck, needs: ['enforcement.view'] },
] satisfies MenuEntry[]
