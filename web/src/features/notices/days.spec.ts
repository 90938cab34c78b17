import { expect, test } from 'vitest'
import { daysTo, later } from './days'

test('a notice of fifteen days from the first ends on the sixteenth', () => {
  expect(later('2026-03-01', 15)).toBe('2026-03-16')
})

test('the end of a year and a leap day are crossed', () => {
  expect(later('2025-12-25', 15)).toBe('2026-01-09')
  expect(later('2028-02-20', 15)).toBe('2028-03-06')
})

test('days left are counted to the last day and below zero past it', () => {
  expect(daysTo('2026-03-10', '2026-03-16')).toBe(6)
  expect(daysTo('2026-03-20', '2026-03-16')).toBe(-4)
})
