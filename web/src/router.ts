import { createRouter, createWebHistory } from 'vue-router'
import type { Router, RouteRecordRaw } from 'vue-router'
import { useSession } from './features/session/session'
import { t } from './locales'

/** Each feature declares its screens in `features/<name>/routes.ts`. */
const declared = import.meta.glob<RouteRecordRaw[]>('./features/*/routes.ts', { eager: true, import: 'default' })

/** Pages outside the sign-in, `features/<name>/open.ts`. */
const outside = import.meta.glob<RouteRecordRaw[]>('./features/*/open.ts', { eager: true, import: 'default' })

const screens: RouteRecordRaw[] = [
  ...Object.values(declared).flat(),
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
  const duty: RouteRecordRaw = {
    path: '/duty',
    name: 'duty',
    component: async () => {
      const [page] = await Promise.all([import('./features/session/DutyPage.vue'), prepare()])
      return page
    },
    meta: { title: 'menu.duty' },
  }
  const routes = [login, duty, ...Object.values(outside).flat(), { path: '/', component: shell, children: screens }]
  const router = createRouter({ history: createWebHistory(), routes })
  router.beforeEach(async (to) => {
    const session = useSession()
    await session.load()
    if (to.meta.open) return true
    if (!session.user) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (session.user.duty && to.name !== 'duty')
      return { name: 'duty', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
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
