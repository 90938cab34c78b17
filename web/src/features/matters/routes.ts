import type { RouteRecordRaw } from 'vue-router'

const permissions = ['holdings.view']

export default [
  { path: 'referrals', name: 'referrals', component: () => import('./ReferralsPage.vue'), meta: { title: 'menu.referrals', keep: 'ReferralsPage', permissions } },
  { path: 'referrals/:id', name: 'referral', component: () => import('./ReferralPage.vue'), meta: { title: 'menu.referral', tabPerPath: true, permissions } },
  { path: 'petitions', name: 'petitions', component: () => import('./PetitionsPage.vue'), meta: { title: 'menu.petitions', keep: 'PetitionsPage', permissions } },
  { path: 'petitions/:id', name: 'petition', component: () => import('./PetitionPage.vue'), meta: { title: 'menu.petition', tabPerPath: true, permissions } },
] satisfies RouteRecordRaw[]
