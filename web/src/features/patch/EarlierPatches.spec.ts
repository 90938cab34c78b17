import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { describe, expect, it } from 'vitest'
import { i18n } from '@/locales'
import EarlierPatches from './EarlierPatches.vue'

const row = {
  id: 7, number: '990001202601007', batch_title: '2026年1月卫片图斑', period: '2026-01', m2: 6009.43, mu: 9.01,
  outcome: 'illegal' as const, label: '违法', judged: false,
}
const shown = (earlier: (typeof row)[]) =>
  mount(EarlierPatches, {
    props: { earlier },
    global: { plugins: [i18n, ElementPlus], stubs: { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } } },
  })

describe('earlier patches', () => {
  it('are listed with batch, area and a link to their page', () => {
    const table = shown([row])
    expect(table.get('a').attributes('href')).toBe('/patches/7')
    for (const text of ['990001202601007', '2026年1月卫片图斑', '6,009.43', '9.01', '违法', '拟判定'])
      expect(table.text()).toContain(text)
  })

  it('tell a judgement from a proposal', () => {
    const text = shown([{ ...row, judged: true }]).text()
    expect(text).toContain('已判定')
    expect(text).not.toContain('拟判定')
  })

  it('are said to be none', () => {
    const section = shown([])
    expect(section.find('table').exists()).toBe(false)
    expect(section.text()).toContain('无重叠')
  })
})
