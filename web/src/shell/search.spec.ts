import { expect, it } from 'vitest'
import { readView } from '@/features/map/permalink'
import { destination, viewOf } from './search'

it('opens the page of what was found', () => {
  expect(destination({ to: '/patches/12', bounds: [108, 40, 109, 41] })).toBe('/patches/12')
})

it('shows what has no page on the map, in the middle of its bounds', () => {
  const at = viewOf([108, 40, 109, 41])
  expect(destination({ to: null, bounds: [108, 40, 109, 41] })).toBe(`/map?at=${at}`)
  expect(readView({ at })?.center).toEqual([108.5, 40.5])
})

it('comes close to a point, and closer to a village than to a county', () => {
  const zoom = (bounds: [number, number, number, number]) => Number(viewOf(bounds).split(',')[2])
  expect(zoom([108, 40, 108, 40])).toBeGreaterThan(16)
  expect(zoom([108, 40, 108.02, 40.02])).toBeGreaterThan(zoom([108, 40, 109, 41]))
})
