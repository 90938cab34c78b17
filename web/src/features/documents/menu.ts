import { EditPen, Postcard } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'work', order: 60, title: 'menu.letters', to: '/letters', icon: Postcard, needs: ['documents.register'] },
  {
    group: 'work', order: 65, title: 'menu.letterTemplates', to: '/letter-templates', icon: EditPen,
    needs: ['documents.templates'],
  },
] satisfies MenuEntry[]
