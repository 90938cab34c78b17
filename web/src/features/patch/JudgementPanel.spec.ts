import { flushPromises, mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/client'
import type { Outcome, Patch } from '@/api/types'
import { i18n } from '@/locales'
import JudgementPanel from './JudgementPanel.vue'
import { samplePatch } from './samplePatch'

type Confirm = (outcome: Outcome, reason: string) => Promise<unknown>
type Reopen = (reason: string) => Promise<unknown>

function panel(patch: Patch, acts: { confirm?: Confirm; reopen?: Reopen } = {}) {
  const confirm = vi.fn<Confirm>(acts.confirm ?? (() => Promise.resolve()))
  const reopen = vi.fn<Reopen>(acts.reopen ?? (() => Promise.resolve()))
  const wrapper = mount(JudgementPanel, {
    props: { patch, confirm, reopen },
    global: { plugins: [i18n, ElementPlus] },
  })
  const button = (text: string) => wrapper.findAll('button').find((b) => b.text().includes(text))
  const choose = (value: Outcome) => wrapper.find(`input[value="${value}"]`).setValue(true)
  return { wrapper, confirm, reopen, button, choose }
}

const refusing = (error: ApiError) => () => Promise.reject(error)
const judged = () => samplePatch({ judged: 'legal', may: { judge: false, reopen: true } })

// The form shows a field's error a moment after it is set.
const shows = (wrapper: VueWrapper, text: string) =>
  vi.waitFor(() => expect(wrapper.text()).toContain(text))

describe('judging a patch', () => {
  it('starts from the proposal and needs no reason to confirm it', async () => {
    const { wrapper, confirm, button } = panel(samplePatch({ proposed: 'illegal' }))
    await button('确认为“违法”')?.trigger('click')
    await flushPromises()
    expect(confirm).toHaveBeenCalledWith('illegal', '')
    expect(wrapper.emitted('confirmed')).toEqual([[false]])
  })

  it('does not send another outcome without a reason', async () => {
    const { wrapper, confirm, button, choose } = panel(samplePatch({ proposed: 'illegal' }))
    await choose('legal')
    await button('确认为“合法”')?.trigger('click')
    await flushPromises()
    expect(confirm).not.toHaveBeenCalled()
    await shows(wrapper, '改判必须填写理由')
  })

  it('sends another outcome with its reason', async () => {
    const { wrapper, confirm, button, choose } = panel(samplePatch({ proposed: 'illegal' }))
    await choose('legal')
    await wrapper.find('textarea').setValue('  批文见附件，含本图斑  ')
    await button('确认为“合法”')?.trigger('click')
    await flushPromises()
    expect(confirm).toHaveBeenCalledWith('legal', '批文见附件，含本图斑')
  })

  it('shows at the field what the server refuses, and keeps what was written', async () => {
    const { wrapper, button, choose } = panel(samplePatch({ proposed: 'illegal' }), {
      confirm: refusing(new ApiError('refused', '不能改判', { reason: '改判理由至少 5 个字' }, 422)),
    })
    await choose('legal')
    await wrapper.find('textarea').setValue('太短')
    await button('确认为“合法”')?.trigger('click')
    await flushPromises()
    await shows(wrapper, '改判理由至少 5 个字')
    expect(wrapper.find('textarea').element.value).toBe('太短')
    expect(wrapper.emitted('confirmed')).toBeUndefined()
  })

  it('shows a refusal that names no field', async () => {
    const { wrapper, button } = panel(samplePatch({ proposed: 'illegal' }), {
      confirm: refusing(new ApiError('conflict', '他人已判定此图斑，请刷新', {}, 409)),
    })
    await button('确认为')?.trigger('click')
    await flushPromises()
    expect(wrapper.text()).toContain('他人已判定此图斑')
  })

  it('offers nothing to a person who may not judge', () => {
    const { wrapper } = panel(samplePatch({ may: { judge: false } }))
    expect(wrapper.findAll('button')).toHaveLength(0)
    expect(wrapper.text()).toContain('尚未判定')
  })
})

describe('withdrawing a judgement', () => {
  it('says that it differs from the proposal', () => {
    expect(panel(judged()).wrapper.text()).toContain('与拟判定“违法”不同')
  })

  it('needs a reason', async () => {
    const { wrapper, reopen, button } = panel(judged())
    await button('重新判定')?.trigger('click')
    await button('重新判定')?.trigger('click')
    await flushPromises()
    expect(reopen).not.toHaveBeenCalled()
    await shows(wrapper, '请填写撤回理由')
    await wrapper.find('textarea').setValue('补充了新的批文')
    await button('重新判定')?.trigger('click')
    await flushPromises()
    expect(reopen).toHaveBeenCalledWith('补充了新的批文')
    expect(wrapper.emitted('reopened')).toHaveLength(1)
  })
})
