import { describe, expect, it } from 'vitest'
import { ringArea, roundArea, surveyArea, toMu, trapezoidArea } from './surveyArea'

const RADIANS = Math.PI / 180

// Corners of squares in the Gauss plane with central meridian 87°, as lon/lat, and the area by
// the official formula, edge for edge in longitude and latitude, as the server computes it.
type Corners = [number, number][]
const SQUARE_KILOMETRE: Corners = [
  [87.0, 41.68815342335],
  [87.01201142828, 41.68815279568],
  [87.01201310336, 41.69715634402],
  [87.0, 41.69715697188],
]
const FAR_SQUARE: Corners = [
  [88.4411518753, 41.6791170144],
  [88.4531577706, 41.67896581331],
  [88.45336033756, 41.6879664742],
  [88.44135277009, 41.6881177228],
]
const SQUARES: [string, Corners, number][] = [
  [
    'a square kilometre on the central meridian',
    SQUARE_KILOMETRE,
    1000_000.0001,
  ],
  [
    'a square kilometre 30 km east of it',
    [
      [87.36033942097, 41.68758853324],
      [87.3723504947, 41.6875502468],
      [87.37240242034, 41.69655360573],
      [87.36038967171, 41.69659190421],
    ],
    999_977.1277,
  ],
  [
    'a square kilometre 120 km east of it',
    FAR_SQUARE,
    999_642.8661,
  ],
  [
    'one mu, 80 km east of it',
    [
      [87.96084921499, 41.68413675893],
      [87.96108939476, 41.68413475054],
      [87.96109386067, 41.68443482845],
      [87.96085367979, 41.68443683687],
    ],
    666.5649,
  ],
]

describe('survey area by the official formula', () => {
  it.each(SQUARES)('measures %s', (_name, ring, expected) => {
    // what the server computes for these corners: the two never differ in the second decimal
    expect(Math.abs(ringArea(ring) - expected)).toBeLessThan(0.001)
  })

  it('gives the theoretical area of a 1:10 000 sheet', () => {
    const area = trapezoidArea(
      (41 + 40 / 60) * RADIANS,
      (41 + 42.5 / 60) * RADIANS,
      (3.75 / 60) * RADIANS,
    )
    expect(area).toBeCloseTo(24_080_439.1245, 3)
  })

  it('gives the same for a ring walked the other way, and for a closed ring', () => {
    const area = ringArea(SQUARE_KILOMETRE)
    expect(ringArea(SQUARE_KILOMETRE.map((_, i) => SQUARE_KILOMETRE.at(-1 - i) ?? []))).toBeCloseTo(area, 6)
    expect(ringArea([...SQUARE_KILOMETRE, ...SQUARE_KILOMETRE.slice(0, 1)])).toBeCloseTo(area, 6)
  })

  it('subtracts a hole', () => {
    const hole = FAR_SQUARE.map(([lon, lat]) => [
      88.4472 + (lon - 88.4472) / 2,
      41.6835 + (lat - 41.6835) / 2,
    ])
    expect(surveyArea([FAR_SQUARE, hole])).toBeCloseTo(ringArea(FAR_SQUARE) - ringArea(hole), 6)
    expect(surveyArea([FAR_SQUARE, hole]) / ringArea(FAR_SQUARE)).toBeCloseTo(0.75, 4)
  })

  it('gives nothing for less than a triangle', () => {
    expect(ringArea([])).toBe(0)
    expect(
      ringArea([
        [87, 41],
        [87.1, 41],
      ]),
    ).toBe(0)
  })
})

describe('figures', () => {
  it('rounds half up to two decimals', () => {
    expect(roundArea(1.005)).toBe(1.01)
    expect(roundArea(2.675)).toBe(2.68)
    expect(roundArea(666.664999)).toBe(666.66)
    expect(roundArea(1e9 + 0.125)).toBe(1e9 + 0.13)
  })

  it('counts 15 mu to the hectare', () => {
    expect(toMu(10_000)).toBe(15)
    expect(roundArea(toMu(400))).toBe(0.6)
  })
})
