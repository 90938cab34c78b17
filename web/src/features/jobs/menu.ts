import { Operation } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'data', order: 90, title: 'menu.jobs', to: '/jobs', icon: Operation, needs: ['jobs.view'] },
] satisfies MenuEntry[]
