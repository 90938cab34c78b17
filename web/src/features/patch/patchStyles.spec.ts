import Feature from 'ol/Feature'
import { Point } from 'ol/geom'
import { describe, expect, it } from 'vitest'
import { photoStyle } from './patchStyles'

const photo = (azimuth: number | null) =>
  new Feature({ geometry: new Point([0, 0]), index: 1, azimuth, flagged: false })

describe('the arrow of a photo', () => {
  it.each([0, 90, 215.5])('is turned clockwise from north by %d°', (azimuth) => {
    const image = photoStyle(photo(azimuth))[0]?.getImage()
    expect(image?.getRotation()).toBeCloseTo((azimuth / 180) * Math.PI, 9)
    const [right, up] = image?.getDisplacement() ?? []
    expect(right).toBe(0)
    expect(up).toBeGreaterThan(10)
  })

  it('is left out when the photo has no azimuth', () => {
    expect(photoStyle(photo(null))).toHaveLength(1)
    expect(photoStyle(photo(0))).toHaveLength(2)
  })
})
