import { describe, expect, it } from 'vitest'
import type { LedgerFilter } from '@/api/types'
import { apiQuery, byUse, changed, EMPTY, FILLED, formKeys, nextSort, readForm, writeForm } from './query'

const filters: LedgerFilter[] = [
  { name: 'number', label: '监测编号', kind: 'text', choices: null },
  { name: 'stage', label: '状态', kind: 'choice', choices: [] },
  { name: 'period_after', label: '后时相', kind: 'date_range', choices: null },
  { name: 'area_mu', label: '面积', kind: 'number_range', choices: null },
]

describe('the filters of a ledger in the address bar', () => {
  it('come back into the form as they were written', () => {
    const form = {
      number: '1508',
      stage: ['received', 'confirmed'],
      period_after: ['2026-01-01', ''] as [string, string],
      area_mu: ['', '3.5'] as [string, string],
      [EMPTY]: ['stage'],
      [FILLED]: ['area_mu'],
    }
    const query = writeForm(filters, form)
    expect(query).toEqual({
      number: '1508',
      stage: 'received,confirmed',
      period_after__gte: '2026-01-01',
      area_mu__lte: '3.5',
      stage__empty: '1',
      area_mu__empty: '0',
    })
    expect(readForm(filters, query)).toEqual(form)
  })

  it('leave no empty keys behind', () => {
    expect(writeForm(filters, { number: '  ', stage: [], period_after: ['', ''] })).toEqual({})
  })

  it('name every key the form owns', () => {
    expect([...formKeys(filters)]).toEqual([
      'number__empty', 'number', 'stage__empty', 'stage',
      'period_after__empty', 'period_after__gte', 'period_after__lte', 'area_mu__empty', 'area_mu__gte', 'area_mu__lte',
    ])
  })

  it('are offered in the order of their use', () => {
    const [number, stage, period, area] = filters
    const town: LedgerFilter = { name: 'township', label: '乡镇', kind: 'text', choices: null }
    expect(byUse([number, town, period, stage, area].flatMap((filter) => filter ?? []))).toEqual([
      number, stage, period, area, town,
    ])
  })

  it('pass an unknown key on, for the server to refuse', () => {
    expect(apiQuery({ batch: '3', odd: 'x', empty: '' }).toString()).toBe('batch=3&odd=x')
  })
})

describe('changing the address', () => {
  it('goes back to the first page when a filter changes', () => {
    expect(changed({ page: '4', size: '20' }, { region: '150823' })).toEqual({ size: '20', region: '150823' })
  })

  it('keeps the filters when the page changes', () => {
    expect(changed({ stage: 'received' }, { page: '2' })).toEqual({ stage: 'received', page: '2' })
  })

  it('removes what was emptied', () => {
    expect(changed({ region: '150823' }, { region: undefined })).toEqual({})
  })
})

describe('a click on a heading', () => {
  it('sorts upwards, then downwards, then upwards again', () => {
    expect(nextSort('-number', 'area_mu')).toBe('area_mu')
    expect(nextSort('area_mu', 'area_mu')).toBe('-area_mu')
    expect(nextSort('-area_mu', 'area_mu')).toBe('area_mu')
  })
})
