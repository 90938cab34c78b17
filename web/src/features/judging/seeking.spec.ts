import { describe, expect, it } from 'vitest'
import { PAGE_SIZES } from '@/features/ledger/query'
import { parcelOf, SOUGHT } from './seeking'

const rows = [{ subject: 7, code: '9901-1' }, { subject: 8, code: '9901-11' }]

describe('a parcel sought by its code', () => {
  it('is the one of that very code among those that begin alike', () => {
    expect(parcelOf(rows, ' 9901-1 ')).toBe(7)
    expect(parcelOf(rows, '9901-11')).toBe(8)
  })
  it('is the only one found for a part of a code, and none of several', () => {
    expect(parcelOf(rows.slice(1), '9901')).toBe(8)
    expect(parcelOf(rows, '9901')).toBeNull()
    expect(parcelOf([], '9901')).toBeNull()
  })
  it('is asked for with a page size that ledgers take', () => {
    expect(PAGE_SIZES).toContain(SOUGHT)
  })
})
