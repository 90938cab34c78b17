import { expect, it } from 'vitest'
import { lastDay } from './months'

it('knows the last day of a month', () => {
  expect(lastDay('2024-02')).toBe('2024-02-29')
  expect(lastDay('2023-02')).toBe('2023-02-28')
  expect(lastDay('2024-12')).toBe('2024-12-31')
})
