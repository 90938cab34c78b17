import { flushPromises, mount } from '@vue/test-utils'
import ElementPlus, { ElMessageBox } from 'element-plus'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '@/locales'
import Remeasure from './Remeasure.vue'

const batch = {
  id: 4, title: '2026年2月卫片图斑', period: '2026-02', kind: 'land' as const, file: { id: 1, name: 'a.zip', sha256: '' },
  crs_label: '', encoding: '', total: 3, confirmed: 1, imported_at: '2026-02-01T00:00:00+00:00', imported_by: '张示例',
}
const job = (status: string, more: object = {}) => ({ id: 'j1', status, status_label: status, progress: 0.5, note: '套合 1/2 个图斑', result: null, error: '', seconds_left: null, ...more })
const answer = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
const shown = (confirmed = 1) => mount(Remeasure, { props: { batch: { ...batch, confirmed } }, global: { plugins: [i18n, ElementPlus] } })

let fetched: ReturnType<typeof vi.fn>
beforeEach(() => {
  vi.useFakeTimers()
  fetched = vi.fn()
  vi.stubGlobal('fetch', fetched)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('measuring a batch anew', () => {
  it('asks first, shows the progress of the job, and says how many were measured', async () => {
    vi.spyOn(ElMessageBox, 'confirm').mockResolvedValue('confirm' as never)
    fetched.mockImplementation((_address: string, options: RequestInit) => {
      if (options.method === 'POST') return Promise.resolve(answer(job('queued')))
      return Promise.resolve(answer(fetched.mock.calls.length < 3 ? job('running') : job('done', { progress: 1, result: { patches: 2 } })))
    })
    const wrapper = shown()
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(fetched.mock.calls[0]?.[0]).toContain('/api/enforcement/batches/4/measure')
    expect(wrapper.text()).toContain('套合 1/2 个图斑')
    await vi.advanceTimersByTimeAsync(1500)
    await flushPromises()
    expect(wrapper.text()).toContain('已重新套合 2 个')
  })

  it('does nothing when the question is answered with no', async () => {
    vi.spyOn(ElMessageBox, 'confirm').mockRejectedValue('cancel')
    await shown().get('button').trigger('click')
    await flushPromises()
    expect(fetched).not.toHaveBeenCalled()
  })

  it('is not offered once every patch is judged', () => {
    expect(shown(3).get('button').attributes('disabled')).toBeDefined()
  })
})
