import { Key, Lock } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'admin', order: 20, title: 'menu.grants', to: '/grants', icon: Key, needs: ['people.grant'] },
  { group: 'admin', order: 22, title: 'menu.policy', to: '/security-policy', icon: Lock, needs: ['security.policy'] },
] satisfies MenuEntry[]
