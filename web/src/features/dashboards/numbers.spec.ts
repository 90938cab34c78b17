import { describe, expect, it } from 'vitest'
import { changeOf, figureText, hasNumbers, partLink, stepAt, stepsOf } from './numbers'

describe('numbers of a dashboard', () => {
  it('are written by their kind', () => {
    expect(figureText('integer', 12345)).toBe('12,345')
    expect(figureText('area_mu', 12.3)).toBe('12.30')
    expect(figureText('percent', 0.1287)).toBe('12.87%')
    expect(figureText('percent', null)).toBe('—')
  })

  it('are compared with the period before', () => {
    expect(changeOf({ kind: 'integer', value: 5, previous: 8 })).toEqual({ direction: 'less', text: '3' })
    expect(changeOf({ kind: 'percent', value: 0.5, previous: 0.25 })).toEqual({ direction: 'more', text: '25.00%' })
    expect(changeOf({ kind: 'area_mu', value: 5, previous: 5 }).direction).toBe('same')
    expect(changeOf({ kind: 'integer', value: 5, previous: null }).direction).toBe('none')
  })
})

describe('steps of a map', () => {
  it('reach from nothing to the largest value', () => {
    const steps = stepsOf([0, 3, 100], 'integer')
    expect(steps).toHaveLength(5)
    expect(steps[0]?.from).toBe(0)
    expect(steps[4]?.to).toBe(100)
  })
  it('are no more than there are whole numbers', () => {
    expect(stepsOf([1, 2], 'integer')).toEqual([{ from: 0, to: 1 }, { from: 1, to: 2 }])
    expect(stepsOf([0, 0], 'integer')).toEqual([])
  })
  it('hold each value once', () => {
    const steps = stepsOf([10], 'area_mu')
    expect(stepAt(steps, 0)).toBe(-1)
    expect(stepAt(steps, 2)).toBe(0)
    expect(stepAt(steps, 2.01)).toBe(1)
    expect(stepAt(steps, 10)).toBe(4)
  })
})

describe('a part of a chart', () => {
  const chart = {
    query: { region: '990121' },
    narrow: [{ stage: 'received' }],
    series: [{ key: 'a', label: 'A', tag: null, colour: '', values: [0, 3], narrow: { conclusion: 'a' } }],
  }
  it('leads to its rows', () => {
    expect(partLink('/patches', chart, 0, 0)?.query).toEqual({ region: '990121', stage: 'received', conclusion: 'a' })
    expect(partLink('', chart, 0, 0)).toBeNull()
    expect(partLink('/patches', chart, 4, 0)).toBeNull()
  })
  it('knows whether there is anything', () => {
    expect(hasNumbers(chart)).toBe(true)
    expect(hasNumbers({ series: [] })).toBe(false)
  })
})
