import type { RouteRecordRaw } from 'vue-router'

const permissions = ['books.view']

export default [
  {
    path: 'books',
    name: 'books',
    component: () => import('./BooksPage.vue'),
    meta: { title: 'menu.books', keep: 'BooksPage', permissions },
  },
  {
    path: 'books/journal',
    name: 'books-journal',
    component: () => import('./JournalPage.vue'),
    meta: { title: 'menu.journal', keep: 'JournalPage', permissions },
  },
  {
    path: 'books/accounts/:id',
    name: 'books-account',
    component: () => import('./AccountPage.vue'),
    meta: { title: 'menu.bookAccount', tabPerPath: true, permissions },
  },
  {
    path: 'books/entries/:id',
    name: 'books-entry',
    component: () => import('./EntryPage.vue'),
    meta: { title: 'menu.bookEntry', tabPerPath: true, permissions },
  },
] satisfies RouteRecordRaw[]
