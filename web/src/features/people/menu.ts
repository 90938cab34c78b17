import { Monitor, OfficeBuilding, Postcard, UserFilled } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'admin', order: 10, title: 'menu.users', to: '/users', icon: UserFilled, needs: ['people.accounts'] },
  { group: 'admin', order: 12, title: 'menu.offices', to: '/offices', icon: OfficeBuilding, needs: ['people.accounts'] },
  { group: 'admin', order: 14, title: 'menu.online', to: '/online', icon: Monitor, needs: ['people.accounts'] },
  { group: 'admin', order: 16, title: 'menu.register', to: '/people-register', icon: Postcard, needs: ['people.view'] },
] satisfies MenuEntry[]
