import { DocumentChecked, Switch } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'work', order: 62, title: 'menu.returns', to: '/returns', icon: DocumentChecked, needs: ['returns.prepare', 'returns.sign'] },
  { group: 'data', order: 60, title: 'menu.compare', to: '/returns/compare', icon: Switch, needs: ['enforcement.export'] },
] satisfies MenuEntry[]
