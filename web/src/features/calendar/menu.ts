import { Calendar, Promotion } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'top', order: 18, title: 'menu.calendar', to: '/calendar', icon: Calendar, needs: ['calendar.view'] },
  { group: 'admin', order: 70, title: 'menu.hooks', to: '/hooks', icon: Promotion, needs: ['system.view'] },
] satisfies MenuEntry[]
