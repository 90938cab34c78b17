/** Places in the ways surveyors write them: degrees, degrees-minutes-seconds, 3° Gauss–Krüger zones. */

export interface LonLat {
  lon: number
  lat: number
}
export type Notation = 'degrees' | 'dms' | 'zone' | 'prefixed'
export const NOTATIONS: readonly Notation[] = ['degrees', 'dms', 'zone', 'prefixed']

// CGCS2000
const A = 6378137
const F = 1 / 298.257222101
const N = F / (2 - F)
const FALSE_EASTING = 500000
const ZONE_STEP = 1000000
const RADIANS = Math.PI / 180
// Krüger's series to the fourth power of n: below a millimetre in a 3° zone.
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64)
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
]
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161280) * N ** 4,
]
const E = Math.sqrt(F * (2 - F))

/** Number of the 3° zone (带号) around a longitude. */
export const zoneOf = (lon: number): number => Math.round(lon / 3)

/** Metres: x east (with 500 km, without the zone's number), y north. */
export function toPlane({ lon, lat }: LonLat, zone: number): { x: number; y: number } {
  const phi = lat * RADIANS
  const lambda = (lon - zone * 3) * RADIANS
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - E * Math.atanh(E * Math.sin(phi)))
  const xi0 = Math.atan2(t, Math.cos(lambda))
  const eta0 = Math.atanh(Math.sin(lambda) / Math.sqrt(1 + t * t))
  let xi = xi0
  let eta = eta0
  ALPHA.forEach((a, i) => {
    const k = 2 * (i + 1)
    xi += a * Math.sin(k * xi0) * Math.cosh(k * eta0)
    eta += a * Math.cos(k * xi0) * Math.sinh(k * eta0)
  })
  return { x: FALSE_EASTING + RADIUS * eta, y: RADIUS * xi }
}

/** The inverse of `toPlane`. */
export function fromPlane(x: number, y: number, zone: number): LonLat {
  const xi = y / RADIUS
  const eta = (x - FALSE_EASTING) / RADIUS
  let xi0 = xi
  let eta0 = eta
  BETA.forEach((b, i) => {
    const k = 2 * (i + 1)
    xi0 -= b * Math.sin(k * xi) * Math.cosh(k * eta)
    eta0 -= b * Math.cos(k * xi) * Math.sinh(k * eta)
  })
  const target = Math.sin(xi0) / Math.sqrt(Math.sinh(eta0) ** 2 + Math.cos(xi0) ** 2)
  let tau = target
  for (let i = 0; i < 6; i++) {
    const sin = tau / Math.sqrt(1 + tau * tau)
    const sigma = Math.sinh(E * Math.atanh(E * sin))
    const conformal = tau * Math.sqrt(1 + sigma * sigma) - sigma * Math.sqrt(1 + tau * tau)
    tau +=
      ((target - conformal) / Math.sqrt(1 + conformal * conformal)) *
      ((1 + (1 - E * E) * tau * tau) / ((1 - E * E) * Math.sqrt(1 + tau * tau)))
  }
  return {
    lon: zone * 3 + Math.atan2(Math.sinh(eta0), Math.cos(xi0)) / RADIANS,
    lat: Math.atan(tau) / RADIANS,
  }
}

/** 110.5025 becomes 110°30′09.00″. */
export function dms(value: number): string {
  const hundredths = Math.round(Math.abs(value) * 360000)
  const seconds = (hundredths % 6000) / 100
  const minutes = Math.floor(hundredths / 6000) % 60
  const degrees = Math.floor(hundredths / 360000)
  const two = (part: string) => part.padStart(2, '0')
  return `${value < 0 ? '-' : ''}${degrees}°${two(String(minutes))}′${seconds.toFixed(2).padStart(5, '0')}″`
}

/** A place as shown to a person. In planes X is the northing and Y the easting, as surveyors write. */
export function placeText(place: LonLat, notation: Notation): string {
  if (notation === 'degrees') return `${place.lon.toFixed(6)}°, ${place.lat.toFixed(6)}°`
  if (notation === 'dms') return `${dms(place.lon)}, ${dms(place.lat)}`
  const zone = zoneOf(place.lon)
  const { x, y } = toPlane(place, zone)
  const east = notation === 'prefixed' ? x + zone * ZONE_STEP : x
  return `X ${y.toFixed(2)}, Y ${east.toFixed(2)}`
}

const NUMBER = /-?\d+(?:\.\d+)?/g
const inChina = (place: LonLat): LonLat | null =>
  place.lon >= 73 && place.lon <= 136 && place.lat >= 3 && place.lat <= 54 ? place : null

/**
 * A place as a person types it, in whatever order: two degrees, twice degrees minutes seconds,
 * or plane metres with zone number (eight digits) or without it (then `zone` is taken).
 */
export function parsePlace(text: string, zone: number): LonLat | null {
  const numbers = (text.match(NUMBER) ?? []).map(Number)
  if (numbers.length === 6) {
    const [a, b] = [numbers.slice(0, 3), numbers.slice(3)].map(
      ([d = 0, m = 0, s = 0]) => d + m / 60 + s / 3600,
    )
    return ordered(a ?? 0, b ?? 0)
  }
  const [a, b] = numbers
  if (numbers.length !== 2 || a === undefined || b === undefined) return null
  if (Math.abs(a) <= 180 && Math.abs(b) <= 180) return ordered(a, b)
  const east = a >= 10 * ZONE_STEP || a < ZONE_STEP ? a : b
  const north = east === a ? b : a
  if (east >= 10 * ZONE_STEP) {
    const own = Math.floor(east / ZONE_STEP)
    return inChina(fromPlane(east - own * ZONE_STEP, north, own))
  }
  return inChina(fromPlane(east, north, zone))
}

/** Of two degrees in China the larger is the longitude. */
function ordered(a: number, b: number): LonLat | null {
  return inChina({ lon: Math.max(a, b), lat: Math.min(a, b) })
}
