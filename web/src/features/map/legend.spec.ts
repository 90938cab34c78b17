import { describe, expect, it } from 'vitest'
import { groupLegend, legendFor } from './legend'

const entry = (code: string) => ({ code })

describe('the legend of land classes', () => {
  const legend = ['01', '0101', '02', '11'].map(entry)

  it('takes the longest matching code', () => {
    expect(legendFor(legend, '0101')).toEqual({ code: '0101' })
    expect(legendFor(legend, '0101K')).toEqual({ code: '0101' })
    expect(legendFor(legend, '0103')).toEqual({ code: '01' })
  })

  it('gives nothing for a category it does not know', () => {
    expect(legendFor(legend, '0702')).toBeUndefined()
    expect(legendFor([], '01')).toBeUndefined()
  })

  it('has one colour for all when it has one entry', () => {
    expect(legendFor([entry('pbf')], '')).toEqual({ code: 'pbf' })
  })

  it('keeps a short legend whole and groups a long one by first-level class', () => {
    expect(groupLegend(legend)).toEqual([{ prefix: '', items: legend }])
    expect(groupLegend(legend, 3).map((group) => [group.prefix, group.items.length])).toEqual([
      ['01', 2],
      ['02', 1],
      ['11', 1],
    ])
  })
})
