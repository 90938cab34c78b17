import { Files } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'enforcement', order: 20, title: 'menu.imports', to: '/imports', icon: Files, needs: ['enforcement.import'] },
] satisfies MenuEntry[]
