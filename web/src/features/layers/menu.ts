import { Collection, Download, Switch } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  { group: 'data', order: 10, title: 'menu.layers', to: '/layers', icon: Collection, needs: ['layers.view'] },
  { group: 'data', order: 11, title: 'menu.layerComparisons', to: '/layers/comparisons', icon: Switch, needs: ['layers.import'] },
  { group: 'data', order: 12, title: 'menu.layerExports', to: '/layers/exports', icon: Download, needs: ['layers.export'] },
] satisfies MenuEntry[]
