import { describe, expect, it } from 'vitest'
import type { JudgedPart } from '@/api/types'
import { kindsOf, partsOf, toSend } from './parts'
import { samplePatch } from './samplePatch'

const SUBCLASSES = [
  { code: 'legal:conversion', label: '农转用批文' },
  { code: 'illegal:stock', label: '存量建设用地违法' },
  { code: 'other:facility', label: '设施农业用地' },
]
const part = (order: number, outcome: string, subclass: string) =>
  ({ order, outcome, subclass, judgement: '', number: '示例批〔2025〕1号', mu: '3.00', farmland_mu: '2.00', homestead: false, affordable_housing: false }) as unknown as JudgedPart

describe('the parts of a patch', () => {
  it('are the one of the whole where it is not divided', () => {
    const [only, ...more] = partsOf(samplePatch({ proposed: 'illegal' }), [])
    expect(more).toEqual([])
    expect(only?.order).toBe(1)
  })
  it('offer the kinds of their own outcome only', () => {
    expect(kindsOf(SUBCLASSES, 'other')).toEqual([{ value: 'facility', label: '设施农业用地' }])
  })
  it('are judged one by one when the patch is legal in part', () => {
    const rows = partsOf(samplePatch({ proposed: 'split' }), [part(1, 'legal', 'conversion'), part(2, 'illegal', 'stock')])
    for (const row of rows) row.homestead = true
    expect(toSend(rows, 'split', SUBCLASSES)).toEqual([
      { order: 1, outcome: 'legal', subclass: 'conversion', number: '示例批〔2025〕1号', homestead: false, affordable_housing: false },
      { order: 2, outcome: 'illegal', subclass: 'stock', number: null, homestead: true, affordable_housing: false },
    ])
  })
  it('leave out what does not belong to the outcome of the whole', () => {
    const rows = partsOf(samplePatch({ proposed: 'split' }), [part(1, 'legal', 'conversion')])
    expect(toSend(rows, 'illegal', SUBCLASSES)[0]).toMatchObject({ outcome: 'illegal', subclass: null, number: null })
  })
})
