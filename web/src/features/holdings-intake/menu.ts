import { Upload } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'holdings', order: 60, title: 'menu.intakes', to: '/holdings-intake', icon: Upload, needs: ['holdings.import'] },
] satisfies MenuEntry[]
