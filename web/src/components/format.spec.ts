import { expect, it } from 'vitest'
import { bytes, day, muFromM2 } from './format'

it('turns square metres into mu exactly', () => {
  expect(muFromM2(2000)).toBe('3.00')
  expect(muFromM2(666.67)).toBe('1.00')
  expect(muFromM2(2_345_678_901.23)).toBe('3,518,518.35')
})

it('writes sizes and days', () => {
  expect(bytes(900)).toBe('900 B')
  expect(bytes(3_456_789)).toBe('3.3 MB')
  expect(day('2026-01-31')).toBe('2026-01-31')
  expect(day(null)).toBe('—')
})
