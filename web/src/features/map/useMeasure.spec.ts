import { LineString, Polygon } from 'ol/geom'
import { fromLonLat } from 'ol/proj'
import { describe, expect, it } from 'vitest'
import { measure } from './useMeasure'

// A square kilometre of the Gauss plane on its central meridian, as lon/lat.
const SQUARE = [
  [87.0, 41.68815342335],
  [87.01201142828, 41.68815279568],
  [87.01201310336, 41.69715634402],
  [87.0, 41.69715697188],
  [87.0, 41.68815342335],
].map((position) => fromLonLat(position))

describe('measuring on the map', () => {
  it('gives the survey area of what is drawn in web mercator, in m² and mu', () => {
    const found = measure(new Polygon([SQUARE]))
    expect(found.kind).toBe('area')
    expect(found.squareMetres).toBeCloseTo(1_000_000, 1)
    expect(found.mu).toBe(1500)
  })

  it('gives the perimeter on the ground, not the stretched one of the projection', () => {
    expect(Math.abs(measure(new Polygon([SQUARE])).metres - 4000)).toBeLessThan(20)
  })

  it('gives the length of a line on the ground', () => {
    const found = measure(new LineString(SQUARE.slice(0, 2)))
    expect(found.kind).toBe('length')
    expect(Math.abs(found.metres - 1000)).toBeLessThan(5)
  })
})
