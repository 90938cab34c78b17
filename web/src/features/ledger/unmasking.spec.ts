import { expect, it } from 'vitest'
import type { LedgerColumn } from '@/api/types'
import { isMasked, leftOf } from './unmasking'

const START = Date.parse('2026-03-01T09:00:00+08:00')
const phone = { name: 'phone', masked: true } as LedgerColumn

it('counts down to the end and says nothing after it', () => {
  expect(leftOf('2026-03-01T09:10:00+08:00', START)).toBe('10:00')
  expect(leftOf('2026-03-01T09:00:05+08:00', START + 100)).toBe('0:05')
  expect(leftOf('2026-03-01T09:00:00+08:00', START)).toBe('')
  expect(leftOf('2026-03-01T09:00:00+08:00', START + 5000)).toBe('')
})

it('marks the cells that hold a mask', () => {
  const row = { id: 7, phone: '138****0000' }
  expect(isMasked(phone, row, null)).toBe(true)
  expect(isMasked({ ...phone, masked: false }, row, null)).toBe(false)
  expect(isMasked(phone, { id: 7, phone: '' }, null)).toBe(false)
  expect(isMasked(phone, row, { until: '', whole: true, rows: [] })).toBe(false)
  expect(isMasked(phone, row, { until: '', whole: false, rows: [7] })).toBe(false)
  expect(isMasked(phone, row, { until: '', whole: false, rows: [8] })).toBe(true)
})
