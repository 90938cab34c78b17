import { flushPromises, mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { afterEach, expect, it, vi } from 'vitest'
import { i18n } from '@/locales'
import BatchTag from './BatchTag.vue'

afterEach(() => vi.unstubAllGlobals())

async function show(answer: Response) {
  vi.stubGlobal('fetch', async () => answer)
  const wrapper = mount(BatchTag, { props: { id: '7' }, global: { plugins: [i18n, ElementPlus] } })
  await flushPromises()
  return wrapper
}

it('names the batch and can be taken away', async () => {
  const wrapper = await show(Response.json([{ id: 17, title: '别的' }, { id: 7, title: '2026年2月卫片图斑' }]))
  expect(wrapper.text()).toBe('批次：2026年2月卫片图斑')
  await wrapper.find('.el-tag__close').trigger('click')
  expect(wrapper.emitted('close')).toHaveLength(1)
})

it('shows the number of a batch it cannot name', async () => {
  const refusal = { error: { code: 'forbidden', message: '无权查看。', fields: {} } }
  const wrapper = await show(Response.json(refusal, { status: 403 }))
  expect(wrapper.text()).toBe('批次：7')
})
