import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'system',
    name: 'system',
    component: () => import('./SystemPage.vue'),
    meta: { title: 'menu.system', keep: 'SystemPage', permissions: ['system.view'] },
  },
  {
    path: 'system/drills/:id',
    name: 'drill',
    component: () => import('./DrillPage.vue'),
    props: true,
    meta: { title: 'system.drill.title', permissions: ['system.view'] },
  },
] satisfies RouteRecordRaw[]
