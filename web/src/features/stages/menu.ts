import { ChatLineSquare, List, Lock } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 40, title: 'menu.meetings', to: '/meetings', icon: ChatLineSquare, needs: ['enforcement.view'] },
  { group: 'enforcement', order: 50, title: 'menu.projects', to: '/projects', icon: List, needs: ['enforcement.view'] },
  { group: 'enforcement', order: 90, title: 'menu.military', to: '/military', icon: Lock, needs: ['military.register'] },
] satisfies MenuEntry[]
