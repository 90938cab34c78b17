import { describe, expect, it } from 'vitest'
import type { OverlaySums } from '@/api/types'
import { percentOf, uncovered } from './sums'

const layer = (m2: string): OverlaySums => ({
  id: 1, version_id: 1, layer_name: '', version_label: '', categories: [], townships: [],
  first: { category: '', label: '', m2, mu: '0', touched: 0 },
})

describe('figures of a run', () => {
  it('shares are of the whole', () => {
    expect(percentOf('25.00', '100.00')).toBe('25.00%')
    expect(percentOf('0.00', '0.00')).toBe('')
  })
  it('what no layer covers is left over to the last hundredth', () => {
    expect(uncovered({ seen_m2: '100.10', sums: [layer('33.37'), layer('66.70')] }, '未覆盖')).toEqual({ label: '未覆盖', m2: '0.03' })
  })
})
