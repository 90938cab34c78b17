import { Bell, ChatLineSquare, DataLine } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

const needs = ['holdings.view']

export default [
  { group: 'holdings', order: 22, title: 'menu.parcelProgress', to: '/parcel-progress', icon: DataLine, needs },
  { group: 'holdings', order: 24, title: 'menu.notices', to: '/notices', icon: Bell, needs },
  { group: 'holdings', order: 26, title: 'menu.objections', to: '/objections', icon: ChatLineSquare, needs },
] satisfies MenuEntry[]
