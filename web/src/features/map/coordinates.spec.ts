import { describe, expect, it } from 'vitest'
import { dms, fromPlane, parsePlace, placeText, toPlane, zoneOf } from './coordinates'

// Computed with PROJ, EPSG:4490 to EPSG:4546 (zone 37) and EPSG:4547 (zone 38).
const KNOWN = [
  { lon: 110.5025, lat: 34.25, zone: 37, x: 454_173.4392, y: 3_791_504.579 },
  { lon: 113.35, lat: 34.34, zone: 38, x: 440_189.7254, y: 3_801_567.4831 },
]

describe('coordinates', () => {
  it.each(KNOWN)('agrees with PROJ to a millimetre at $lon', ({ lon, lat, zone, x, y }) => {
    expect(zoneOf(lon)).toBe(zone)
    const plane = toPlane({ lon, lat }, zone)
    expect(Math.abs(plane.x - x)).toBeLessThan(0.001)
    expect(Math.abs(plane.y - y)).toBeLessThan(0.001)
    const back = fromPlane(x, y, zone)
    expect(Math.abs(back.lon - lon)).toBeLessThan(1e-8)
    expect(Math.abs(back.lat - lat)).toBeLessThan(1e-8)
  })

  it('carries seconds over into minutes', () => {
    expect(dms(110.5025)).toBe('110°30′09.00″')
    expect(dms(34.9999999)).toBe('35°00′00.00″')
  })

  it('writes the northing as X and the zone number before the easting', () => {
    const place = { lon: 113.35, lat: 34.34 }
    expect(placeText(place, 'zone')).toBe('X 3801567.48, Y 440189.73')
    expect(placeText(place, 'prefixed')).toBe('X 3801567.48, Y 38440189.73')
  })

  it.each([
    '113.35, 34.34',
    '34.34 113.35',
    '113°21′00″ 34°20′24″',
    'X=3801567.4831 Y=38440189.7254',
    '440189.7254, 3801567.4831',
  ])('reads %s', (text) => {
    const place = parsePlace(text, 38)
    expect(place?.lon).toBeCloseTo(113.35, 6)
    expect(place?.lat).toBeCloseTo(34.34, 6)
  })

  it('refuses what is no place in China', () => {
    expect(parsePlace('somewhere', 38)).toBeNull()
    expect(parsePlace('10, 10', 38)).toBeNull()
    expect(parsePlace('1 2 3', 38)).toBeNull()
  })
})
