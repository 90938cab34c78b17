import { expect, test } from 'vitest'
import { percent } from './ratio'

test('a ratio is cut off and never rounded up to the limit', () => {
  expect(percent('0.14996', '—')).toBe('14.99%')
  expect(percent('0.15', '—')).toBe('15.00%')
  expect(percent('0.1287128712', '—')).toBe('12.87%')
  expect(percent('1', '—')).toBe('100.00%')
  expect(percent('0', '—')).toBe('0.00%')
  expect(percent('0.004', '—')).toBe('0.40%')
  expect(percent(null, '—')).toBe('—')
})
