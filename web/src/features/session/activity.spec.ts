import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { idleSeconds, touch } from './activity'

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  touch()
})
afterEach(() => vi.useRealTimers())

it('counts the seconds since the last touch', () => {
  vi.advanceTimersByTime(42_000)
  expect(idleSeconds()).toBe(42)
  touch()
  expect(idleSeconds()).toBe(0)
})

it('counts a touch in another tab as well', () => {
  vi.advanceTimersByTime(600_000)
  localStorage.setItem('liangtian.touched', String(Date.now() - 10_000))
  expect(idleSeconds()).toBe(10)
})
