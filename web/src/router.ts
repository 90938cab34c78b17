import { createRouter, createWebHistory } from 'vue-router'
import type { Router, RouteRecordRaw } from 'vue-router'
import { useSession } from './features/session/session'
import { t } from './locales'

const screens: RouteRecordRaw[] = [
  {
    path: '',
    name: 'home',
    component: () => import('./features/home/HomePage.vue'),
    meta: { title: 'menu.home', keep: 'HomePage' },
  },
  {
    path: 'map',
    name: 'map',
    component: () => import('./features/map/MapPage.vue'),
    meta: { title: 'menu.map', keep: 'MapPage', permissions: ['layers.view', 'enforcement.view'] },
  },
  {
    path: 'patches',
    name: 'patches',
    component: () => import('./features/ledger/PatchLedger.vue'),
    meta: { title: 'menu.patches', keep: 'PatchLedger', permissions: ['enforcement.view'] },
  },
  {
    path: 'patches/:id',
    name: 'patch',
    component: () => import('./features/patch/PatchPage.vue'),
    meta: { title: 'menu.patch', tabPerPath: true, permissions: ['enforcement.view'] },
  },
  {
    path: 'imports',
    name: 'imports',
    component: () => import('./features/imports/BatchesPage.vue'),
    meta: { title: 'menu.imports', keep: 'BatchesPage', permissions: ['enforcement.import'] },
  },
  {
    path: 'imports/new',
    name: 'import-new',
    component: () => import('./features/imports/ImportPage.vue'),
    meta: { title: 'menu.importNew', permissions: ['enforcement.import'] },
  },
  {
    path: 'imports/:id',
    name: 'import',
    component: () => import('./features/imports/ImportPage.vue'),
    meta: { title: 'menu.import', tabPerPath: true, permissions: ['enforcement.import'] },
  },
  {
    path: 'layers',
    name: 'layers',
    component: () => import('./features/layers/LayersPage.vue'),
    meta: { title: 'menu.layers', keep: 'LayersPage', permissions: ['layers.view'] },
  },
  {
    path: 'jobs',
    name: 'jobs',
    component: () => import('./features/jobs/JobsPage.vue'),
    meta: { title: 'menu.jobs', keep: 'JobsPage', permissions: ['jobs.view'] },
  },
  { path: '403', name: 'forbidden', component: () => import('./shell/ForbiddenPage.vue') },
  { path: ':path(.*)*', name: 'missing', component: () => import('./shell/MissingPage.vue') },
]

const login: RouteRecordRaw = {
  path: '/login',
  name: 'login',
  component: () => import('./features/session/LoginPage.vue'),
  meta: { title: 'menu.login', open: true },
}

/** `prepare` runs once, before the first screen behind the sign-in: what those need is not loaded for it. */
export function createAppRouter(prepare: () => Promise<void>): Router {
  const shell = async () => {
    const [page] = await Promise.all([import('./shell/AppShell.vue'), prepare()])
    return page
  }
  const routes = [login, { path: '/', component: shell, children: screens }]
  const router = createRouter({ history: createWebHistory(), routes })
  router.beforeEach(async (to) => {
    const session = useSession()
    await session.load()
    if (to.meta.open) return true
    if (!session.user) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    const needed = to.meta.permissions
    if (needed && !needed.some((permission) => session.may(permission)))
      return { name: 'forbidden', query: { from: to.fullPath } }
    return true
  })
  router.onError((error: Error, to) => {
    // After an upgrade an open tab asks for files that are gone: the page itself must be loaded anew.
    if (/dynamically imported module|module script failed/i.test(error.message)) window.location.assign(to.fullPath)
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${t(to.meta.title)} · ${t('app.name')}` : t('app.name')
  })
  return router
}
