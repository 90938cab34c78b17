import { describe, expect, it } from 'vitest'
import type { ColumnKind, LedgerValue } from '@/api/types'
import { cellLink, cellText } from './cells'

const words = { yes: '是', no: '否' }
const shown = (kind: ColumnKind, value: LedgerValue, sum = false): string => cellText({ kind, choices: null, sum }, value, words)

describe('a cell of a ledger', () => {
  it('always shows two decimals of an area', () => {
    expect(shown('area_mu', 1234.5)).toBe('1,234.50')
    expect(shown('area_m2', 0)).toBe('0.00')
  })

  it('shows a dash where nothing is known, and never a zero', () => {
    expect(shown('area_mu', null)).toBe('—')
    expect(shown('integer', 0)).toBe('0')
  })

  it('writes years and numbers of bills without commas, counts with them', () => {
    expect(shown('integer', 2023)).toBe('2023')
    expect(shown('integer', 12345, true)).toBe('12,345')
  })

  it('shows a time as it is in China', () => {
    expect(shown('datetime', '2026-01-31T16:05:00+00:00')).toBe('2026-02-01 00:05')
  })

  it('shows the label of a choice, and the bare value of one it does not know', () => {
    const column = { kind: 'choice' as const, sum: false, choices: [{ value: 'illegal', label: '违法', tag: null }] }
    expect(cellText(column, 'illegal', words)).toBe('违法')
    expect(cellText(column, 'new', words)).toBe('new')
  })

  it('says yes and no in words', () => {
    expect(shown('boolean', true)).toBe('是')
    expect(shown('boolean', false)).toBe('否')
  })
})

it('fills the link of a column from its row', () => {
  expect(cellLink('/patches/{id}', { id: 12, number: 'A/1' })).toBe('/patches/12')
  expect(cellLink('/x/{number}', { id: 12, number: 'A/1' })).toBe('/x/A%2F1')
})
