import { Files } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'data', order: 13, title: 'menu.overlays', to: '/overlays', icon: Files, needs: ['overlays.view'] },
] satisfies MenuEntry[]
