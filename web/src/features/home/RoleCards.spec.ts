import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it } from 'vitest'
import type { Session } from '@/api/types'
import { useSession } from '@/features/session/session'
import { i18n } from '@/locales'
import RoleCards from './RoleCards.vue'

function show(permissions: string[]) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const user = { id: 1, username: 'x', name: '郑样例', office: null, region: null, roles: [], permissions, duty: '', places: 1 }
  useSession().session = { user, csrf_token: '', county: null, version: '', idle_minutes: 15, reason_characters: 5, ended_because: '' } satisfies Session
  const stubs = { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } }
  return mount(RoleCards, { global: { plugins: [pinia, i18n, ElementPlus], stubs } })
}

const titles = (permissions: string[]) => show(permissions).findAll('b').map((title) => title.text())

it('leads an auditor to the trail and its statistics', () => {
  expect(titles(['audit.view'])).toEqual(['审计记录', '统计看板'])
})

it('leads a system administrator to accounts, regions, jobs and the state of the system', () => {
  const cards = show(['people.accounts', 'regions.manage', 'jobs.view', 'system.view'])
  const hrefs = cards.findAll('a').map((card) => card.attributes('href'))
  expect(hrefs).toEqual(['/users', '/online', '/regions', '/jobs', '/system', '/dashboards'])
})

it('leads a security officer to the grants that wait', () => {
  expect(titles(['people.grant', 'security.policy', 'audit.officers'])).toEqual(['角色与授权', '安全策略', '审计记录', '统计看板'])
})

it('sends who may do nothing to the security officer', () => {
  expect(show([]).text()).toContain('请联系安全管理员')
})
