import { Notebook, Reading } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'work', order: 80, title: 'menu.packs', to: '/packs', icon: Reading, needs: ['packs.view'] },
  { group: 'work', order: 82, title: 'menu.dictionary', to: '/dictionary', icon: Notebook },
] satisfies MenuEntry[]
