import { HomeFilled } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'top', order: 10, title: 'menu.home', to: '/', icon: HomeFilled },
] satisfies MenuEntry[]
