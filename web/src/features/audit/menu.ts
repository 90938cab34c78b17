import { DocumentChecked } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'admin', order: 80, title: 'menu.audit', to: '/audit', icon: DocumentChecked, needs: ['audit.view', 'audit.officers'] },
] satisfies MenuEntry[]
