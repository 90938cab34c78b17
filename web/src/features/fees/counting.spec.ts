import { describe, expect, it } from 'vitest'
import { fenOf, newToken, spread, yuanOf } from './counting'

describe('money on the counter', () => {
  it('reads yuan exactly', () => {
    expect(fenOf('5000')).toBe(500_000)
    expect(fenOf('1,234.5')).toBe(123_450)
    expect(fenOf('0.07')).toBe(7)
    for (const odd of ['', '-1', '1.234', 'x', '1e3']) expect(fenOf(odd)).toBeNull()
  })
  it('writes fen as yuan', () => {
    expect(yuanOf(7)).toBe('0.07')
    expect(yuanOf(123_450)).toBe('1234.50')
    expect(yuanOf(-100)).toBe('-1.00')
  })
  it('pays the oldest bill first', () => {
    const due = [{ id: 1, left: '2400.00' }, { id: 2, left: '6000.00' }, { id: 3, left: '6000.00' }]
    const { parts, over } = spread(500_000, due)
    expect([...parts]).toEqual([[1, 240_000], [2, 260_000]])
    expect(over).toBe(0)
    expect(spread(1_500_000, due).over).toBe(60_000)
  })
  it('marks each form differently', () => {
    expect(newToken()).not.toBe(newToken())
    expect(newToken().length).toBeGreaterThan(8)
  })
})
