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
  useSession().session = { user, csrf_token: '', county: null, version: '', idle_minutes: 15 } satisfies Session
  const stubs = { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } }
  return mount(RoleCards, { global: { plugins: [pinia, i18n, ElementPlus], stubs } })
}

it('tells an auditor what is recorded', () => {
  const titles = show(['audit.view']).findAll('h2').map((title) => title.text())
  expect(titles).toEqual(['审计记录'])
})

it('leads an administrator to the jobs', () => {
  const cards = show(['people.accounts', 'jobs.view'])
  expect(cards.findAll('h2').map((title) => title.text())).toEqual(['账号与权限', '任务运行情况'])
  expect(cards.find('a').attributes('href')).toBe('/jobs')
})

it('sends who may do nothing to the administrator', () => {
  expect(show([]).text()).toContain('请联系系统管理员')
})
