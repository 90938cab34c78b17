import { describe, expect, it } from 'vitest'
import type { ParcelState } from '@/api/types'
import { differences } from './differences'

const state = {
  id: 1, valid_from: '2024-03-01', valid_to: null, unit: { id: 1, kind: 'township', kind_label: '乡镇', name: '柳塘镇' },
  corps: false, area_m2: 10000, area_mu: 15, holder: null, cultivator: null, ownership: 'collective', ownership_label: '集体',
  way: '承包', source_paper: '承包协议', paper_number: '', land_kind: '', actual_use: '耕地', irrigation: '', reclaimed_year: null,
  place_name: '', note: '', change: 'register', change_label: '登记', reason: '', changed_by: '张示例', changed_at: '2024-03-01T00:00:00Z',
} as ParcelState

describe('what became different', () => {
  it('is nothing for the first state and for an equal one', () => {
    expect(differences(undefined, state)).toEqual([])
    expect(differences(state, { ...state, id: 2, valid_from: '2024-05-01' })).toEqual([])
  })

  it('names each field with what it was and is', () => {
    const next = { ...state, area_mu: 12.5, holder: { id: 3, name: '王*示', kind: 'person', kind_label: '个人（农户）' } as const }
    expect(differences(state, next)).toEqual([
      { label: 'holdings.area', before: '15.00', after: '12.50' },
      { label: 'holdings.holder', before: '—', after: '王*示' },
    ])
  })
})
