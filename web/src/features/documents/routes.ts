import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'letters',
    name: 'letters',
    component: () => import('./LettersPage.vue'),
    meta: { title: 'menu.letters', keep: 'LettersPage', permissions: ['documents.register'] },
  },
  {
    path: 'letters/:id',
    name: 'letter',
    component: () => import('./LetterPage.vue'),
    meta: { title: 'menu.letter', tabPerPath: true, permissions: ['documents.register'] },
  },
  {
    path: 'letter-templates',
    name: 'letter-templates',
    component: () => import('./TemplatesPage.vue'),
    meta: { title: 'menu.letterTemplates', keep: 'TemplatesPage', permissions: ['documents.templates'] },
  },
] satisfies RouteRecordRaw[]
