import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n } from '@/locales'
import LedgerPage from './LedgerPage.vue'

const ledger = {
  name: 'x',
  title: '台账',
  unit_note: '单位：亩',
  default_sort: '-number',
  may_export: true,
  may_unmask: false,
  unmask_minutes: 10,
  has_map: false,
  dimensions: [{ name: 'region:township', label: '乡镇' }],
  columns: [
    { name: 'number', label: '监测编号', unit: null, kind: 'text', width: 120, sortable: true, sum: false, choices: null, link: '/patches/{id}', fixed: false, masked: false },
    { name: 'area_mu', label: '面积', unit: '亩', kind: 'area_mu', width: 120, sortable: true, sum: true, choices: null, link: null, fixed: false, masked: false },
  ],
  filters: [{ name: 'stage', label: '状态', kind: 'choice', choices: [] }],
}
const rows = { rows: [{ id: 7, number: 'A7', area_mu: 1.5 }], next: null, total: 1, page: 1, size: 50, sums: { area_mu: 1.5 }, clear: null }
let asked: string[] = []

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    if (address.includes('odd='))
      return Response.json({ error: { code: 'refused', message: '没有查询条件“odd”。', fields: {} } }, { status: 422 })
    if (address.includes('/rows')) return Response.json(rows)
    if (address.endsWith('/views')) return Response.json({ views: [], default: null })
    return Response.json(address.includes('regions') ? [] : ledger)
  })
})
// A page left mounted would go on asking, now of the network.
enableAutoUnmount(afterEach)
afterEach(() => vi.unstubAllGlobals())

async function show(path: string) {
  const page = { template: '<LedgerPage name="x" />', components: { LedgerPage } }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/patches', component: page }, { path: '/patches/:id', component: { template: '<i />' } }],
  })
  await router.push(path)
  const wrapper = mount({ template: '<RouterView />' }, { global: { plugins: [router, i18n, ElementPlus, createPinia()] } })
  await flushPromises()
  return { wrapper, router }
}

it('asks for the rows with the filters of the address', async () => {
  await show('/patches?stage=received&page=1')
  expect(asked).toContain('/api/ledgers/x/rows?stage=received&page=1&size=50')
})

it('asks for count and sums the first time, and shows them, even without any condition', async () => {
  const { wrapper } = await show('/patches')
  expect(asked).toContain('/api/ledgers/x/rows?size=50')
  expect(wrapper.find('.el-pagination__total').text()).toContain('1')
})

it('puts the order into the address and asks again', async () => {
  const { wrapper, router } = await show('/patches?stage=received')
  await wrapper.find('button[aria-label^="按“面积”排序"]').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ stage: 'received', sort: 'area_mu' })
  expect(asked.at(-1)).toBe('/api/ledgers/x/rows?stage=received&sort=area_mu&size=50&totals=0')
})

it('says what the server refused instead of showing rows', async () => {
  const { wrapper } = await show('/patches?odd=1')
  expect(wrapper.text()).toContain('没有查询条件“odd”。')
  expect(wrapper.find('.el-table').exists()).toBe(false)
})

it('forgets the filters on 重置', async () => {
  const { wrapper, router } = await show('/patches?stage=received&region=1508&size=20')
  await wrapper.findAll('button').find((button) => button.text() === '重置')?.trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ size: '20' })
})
