import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { usePolling } from './usePolling'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function watcher(interval: () => number | null) {
  const ask = vi.fn(async () => {})
  const page = mount({ setup: () => (usePolling(ask, interval), () => null) })
  return { ask, page }
}

it('asks at once and then again after each answer', async () => {
  const { ask } = watcher(() => 1000)
  await vi.advanceTimersByTimeAsync(2500)
  expect(ask).toHaveBeenCalledTimes(3)
})

it('rests when there is nothing to wait for', async () => {
  const { ask } = watcher(() => null)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(1)
})

it('stops when the page is left', async () => {
  const { ask, page } = watcher(() => 1000)
  await vi.advanceTimersByTimeAsync(10)
  page.unmount()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(1)
})
