import type { MultiPolygon, Polygon } from 'geojson'
import { describe, expect, it } from 'vitest'
import { nearness, windOf } from './nearest'

const square = (west: number, south: number, side: number): number[][] => [
  [west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south],
]
const PLOT: Polygon = { type: 'Polygon', coordinates: [square(104.001, 36, 0.001)] }

describe('distance and direction from a place to a patch', () => {
  // What the server's distance_m answers for the same places.
  it.each([
    [[104.0, 36.0005], 90.1631, 90],
    [[104.003, 36.0005], 90.1631, 270],
    [[104.0015, 35.999], 110.959, 0],
    [[104.0015, 36.002], 110.959, 180],
    [[104.0, 35.999], 142.9737, 39.1],
    [[103.9, 36.0], 9106.5321, 90],
  ] as const)('from %j', (place, metres, bearing) => {
    const found = nearness([...place], PLOT)
    expect(Math.abs(found.metres - metres) / metres).toBeLessThan(1e-4)
    expect(found.bearing).toBeCloseTo(bearing, 0)
  })

  it('is nothing inside, and something in a hole', () => {
    expect(nearness([104.0015, 36.0005], PLOT)).toEqual({ metres: 0, bearing: null })
    const holed: Polygon = { type: 'Polygon', coordinates: [square(104, 36, 0.003), square(104.001, 36.001, 0.001)] }
    expect(nearness([104.0015, 36.0011], holed).metres).toBeGreaterThan(5)
  })

  it('goes to the nearest of several pieces', () => {
    const two: MultiPolygon = { type: 'MultiPolygon', coordinates: [[square(104.01, 36, 0.001)], PLOT.coordinates] }
    expect(nearness([104.0, 36.0005], two).metres).toBeCloseTo(90.16, 1)
  })

  it('names the wind', () => {
    expect([0, 22, 23, 90, 180, 270, 338, 359].map(windOf)).toEqual(['n', 'n', 'ne', 'e', 's', 'w', 'n', 'n'])
  })
})
