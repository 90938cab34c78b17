/** How far it is from a place to a patch, and which way; the same distance the server measures photos by. */
import type { MultiPolygon, Polygon } from 'geojson'

export type LonLat = [number, number]
export interface Nearness {
  /** To the nearest point of the patch; 0 inside it. */
  metres: number
  /** The way to that point, degrees clockwise from north; null inside. */
  bearing: number | null
}

// CGCS2000
const SEMI_MAJOR = 6378137
const ECCENTRICITY_2 = 0.006694380022900787
const WINDS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Wind = (typeof WINDS)[number]

/** Metres east and north in a degree, at a latitude. */
function metresOfDegree(lat: number): [number, number] {
  const radians = (lat * Math.PI) / 180
  const w2 = 1 - ECCENTRICITY_2 * Math.sin(radians) ** 2
  const north = (SEMI_MAJOR * (1 - ECCENTRICITY_2)) / w2 ** 1.5
  const east = (SEMI_MAJOR / Math.sqrt(w2)) * Math.cos(radians)
  return [(east * Math.PI) / 180, (north * Math.PI) / 180]
}

export function nearness(from: LonLat, shape: Polygon | MultiPolygon): Nearness {
  const [east, north] = metresOfDegree(from[1])
  const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  let best = { square: Number.POSITIVE_INFINITY, x: 0, y: 0 }
  let inside = false
  for (const ring of polygons.flat()) {
    const points = ring.map(([lon = 0, lat = 0]) => [(lon - from[0]) * east, (lat - from[1]) * north] as const)
    for (let i = 1; i < points.length; i += 1) {
      const a = points[i - 1] as readonly [number, number]
      const b = points[i] as readonly [number, number]
      // Even-odd: holes and several polygons need nothing more.
      if (a[1] > 0 !== b[1] > 0 && a[0] + ((0 - a[1]) / (b[1] - a[1])) * (b[0] - a[0]) > 0) inside = !inside
      const near = nearestOnSegment(a, b)
      if (near.square < best.square) best = near
    }
  }
  if (inside) return { metres: 0, bearing: null }
  const turned = (Math.atan2(best.x, best.y) * 180) / Math.PI
  return { metres: Math.sqrt(best.square), bearing: (turned + 360) % 360 }
}

/** The point of a segment nearest to the origin. */
function nearestOnSegment(a: readonly [number, number], b: readonly [number, number]) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const length = dx * dx + dy * dy
  const share = length ? Math.min(1, Math.max(0, -(a[0] * dx + a[1] * dy) / length)) : 0
  const [x, y] = [a[0] + share * dx, a[1] + share * dy]
  return { square: x * x + y * y, x, y }
}

/** The nearest of the eight winds. */
export const windOf = (bearing: number): Wind => WINDS[Math.round(bearing / 45) % 8] ?? 'n'
