import { expect, it } from 'vitest'
import type { CalendarDay } from '@/api/types'
import { moved, weeks } from './weeks'

const month = (first: string, count: number): CalendarDay[] =>
  Array.from({ length: count }, (_, n) => {
    const at = new Date(`${first}T00:00:00Z`)
    at.setUTCDate(at.getUTCDate() + n)
    return { day: at.toISOString().slice(0, 10), works: true, name: '', items: [] }
  })

it('begins each week on Monday', () => {
  const rows = weeks(month('2026-03-01', 31)) // the 1st of March 2026 is a Sunday
  expect(rows[0]?.map((cell) => cell?.day.slice(8) ?? '')).toEqual(['', '', '', '', '', '', '01'])
  expect(rows).toHaveLength(6)
  expect(rows.every((row) => row.length === 7)).toBe(true)
})

it('shows February 2027, which fills four weeks, without an empty row', () => {
  expect(weeks(month('2027-02-01', 28))).toHaveLength(4)
})

it('goes over the end of the year both ways', () => {
  expect(moved('2026-12', 1)).toBe('2027-01')
  expect(moved('2026-01', -1)).toBe('2025-12')
})
