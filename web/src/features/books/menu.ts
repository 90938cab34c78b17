import { Notebook, Tickets } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'work', order: 70, title: 'menu.books', to: '/books', icon: Notebook, needs: ['books.view'] },
  { group: 'work', order: 72, title: 'menu.journal', to: '/books/journal', icon: Tickets, needs: ['books.view'] },
] satisfies MenuEntry[]
