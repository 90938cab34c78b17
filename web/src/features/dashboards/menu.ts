import { DataAnalysis } from '@element-plus/icons-vue'
import type { MenuEntry } from '@/shell/menu'

export default [
  {
    group: 'top',
    order: 22,
    title: 'menu.dashboards',
    to: '/dashboards',
    icon: DataAnalysis,
    needs: ['enforcement.view', 'layers.view', 'system.view', 'security.policy', 'audit.view'],
  },
] satisfies MenuEntry[]
