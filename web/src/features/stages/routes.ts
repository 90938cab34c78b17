import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: 'meetings', name: 'meetings', component: () => import('./MeetingsPage.vue'), meta: { title: 'menu.meetings', permissions: ['enforcement.view'] } },
  { path: 'meetings/:id', name: 'meeting', component: () => import('./MeetingPage.vue'), meta: { title: 'menu.meeting', tabPerPath: true, permissions: ['enforcement.view'] } },
  { path: 'projects', name: 'projects', component: () => import('./ProjectsPage.vue'), meta: { title: 'menu.projects', keep: 'ProjectsPage', permissions: ['enforcement.view'] } },
  { path: 'military', name: 'military', component: () => import('./MilitaryPage.vue'), meta: { title: 'menu.military', permissions: ['military.register'] } },
] satisfies RouteRecordRaw[]
