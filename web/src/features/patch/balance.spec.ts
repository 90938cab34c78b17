import { describe, expect, it } from 'vitest'
import type { OverlayLayer } from '@/api/types'
import { balanceOf, sum } from './balance'

const layer = (rows: [string, number, number][], inside: number, outside: number): OverlayLayer => ({
  layer_code: 'dltb',
  layer_name: '地类图斑',
  version_id: 1,
  version_label: '2025年度',
  rows: rows.map(([category, m2, mu]) => ({ category, label: category, m2, mu })),
  inside_m2: inside,
  outside_m2: outside,
})

describe('the figures of an overlay', () => {
  it('add up without a binary remainder', () => {
    expect(sum([0.1, 0.2])).toBe(0.3)
    expect(sum(Array.from({ length: 1000 }, () => 0.01))).toBe(10)
  })

  it('are balanced when inside and outside make the patch', () => {
    const result = balanceOf(layer([['0101', 600.25, 0.9]], 600.25, 399.75), { m2: 1000, mu: 1.5 })
    expect(result).toMatchObject({
      totalM2: 1000,
      totalMu: 1.5,
      outsideMu: 0.6,
      differenceM2: 0,
      overlapM2: 0,
    })
  })

  it('say by how much they miss the patch', () => {
    const result = balanceOf(layer([['0101', 600, 0.9]], 600, 399.99), { m2: 1000, mu: 1.5 })
    expect(result.differenceM2).toBe(-0.01)
  })

  it('say by how much categories overlap', () => {
    const rows: [string, number, number][] = [
      ['A', 700, 1.05],
      ['B', 400, 0.6],
    ]
    expect(balanceOf(layer(rows, 1000, 0), { m2: 1000, mu: 1.5 }).overlapM2).toBe(100)
  })

  it('leave nothing outside a layer that covers the patch', () => {
    const result = balanceOf(layer([['0101', 1000, 1.5]], 1000, 0), { m2: 1000, mu: 1.5 })
    expect(result.outsideMu).toBe(0)
    expect(result.totalMu).toBe(1.5)
  })
})
