import Feature from 'ol/Feature'
import { Point } from 'ol/geom'
import { describe, expect, it } from 'vitest'
import { arrowOffset, photoStyle } from './patchStyles'

const photo = (azimuth: number | null) =>
  new Feature({ geometry: new Point([0, 0]), index: 1, azimuth, flagged: false })

describe('the arrow of a photo', () => {
  it.each([
    [0, 0, 10],
    [90, 10, 0],
    [180, 0, -10],
    [270, -10, 0],
  ])('looks the right way at %d°', (azimuth, right, up) => {
    const [x, y] = arrowOffset(azimuth, 10)
    expect(x).toBeCloseTo(right, 9)
    expect(y).toBeCloseTo(up, 9)
  })

  it('is left out when the photo has no azimuth', () => {
    expect(photoStyle(photo(null))).toHaveLength(1)
    expect(photoStyle(photo(0))).toHaveLength(2)
  })
})
