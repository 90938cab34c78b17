import { Key } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'data', order: 80, title: 'menu.tokens', to: '/tokens', icon: Key, needs: ['api.token'] },
] satisfies MenuEntry[]
