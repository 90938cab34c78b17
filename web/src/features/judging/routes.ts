import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'comparison', name: 'comparison', component: () => import('./ComparisonPage.vue'), meta: { title: 'menu.comparison', permissions } },
  { path: 'judging', name: 'judging', component: () => import('./TablePage.vue'), meta: { title: 'menu.judging', permissions } },
  { path: 'judgements', name: 'judgements', component: () => import('./JudgementsPage.vue'), meta: { title: 'menu.judgements', keep: 'JudgementsPage', permissions } },
  { path: 'judgements/:id', name: 'judgement', component: () => import('./JudgementPage.vue'), meta: { title: 'menu.judgement', tabPerPath: true, permissions } },
  { path: 'dispositions', name: 'dispositions', component: () => import('./DispositionsPage.vue'), meta: { title: 'menu.dispositions', keep: 'DispositionsPage', permissions } },
] satisfies RouteRecordRaw[]
