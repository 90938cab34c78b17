/**
 * Survey area (椭球面积) of lon/lat polygons by the official trapezoid formula
 * (国土调查办发〔2008〕32号, continued by TD/T 1055) with CGCS2000 constants.
 *
 * The server computes every area that decides something; this is for measuring on the map,
 * so that what a clerk draws and what the ledger says agree.
 */

const SEMI_MAJOR = 6378137
const FLATTENING = 1 / 298.257222101
const SEMI_MINOR = SEMI_MAJOR * (1 - FLATTENING)
// The FIRST eccentricity: with the second one results grow by 40 m² per km².
const E2 = FLATTENING * (2 - FLATTENING)
const E4 = E2 * E2
const E6 = E4 * E2
const E8 = E4 * E4

const A = 1 + (3 / 6) * E2 + (30 / 80) * E4 + (35 / 112) * E6 + (630 / 2304) * E8
const B = (1 / 6) * E2 + (15 / 80) * E4 + (21 / 112) * E6 + (420 / 2304) * E8
const C = (3 / 80) * E4 + (7 / 112) * E6 + (180 / 2304) * E8
const D = (1 / 112) * E6 + (45 / 2304) * E8
const E = (5 / 2304) * E8

const RADIANS = Math.PI / 180
const MU_PER_SQUARE_METRE = 0.0015

export type Position = readonly number[]
export type Ring = readonly Position[]

/** m² between parallels `lat1`, `lat2` and two meridians `dLon` apart (radians), signed. */
export function trapezoidArea(lat1: number, lat2: number, dLon: number): number {
  const mean = (lat1 + lat2) / 2
  const half = (lat2 - lat1) / 2
  return (
    2 *
    SEMI_MINOR *
    SEMI_MINOR *
    dLon *
    (A * Math.sin(half) * Math.cos(mean) -
      B * Math.sin(3 * half) * Math.cos(3 * mean) +
      C * Math.sin(5 * half) * Math.cos(5 * mean) -
      D * Math.sin(7 * half) * Math.cos(7 * mean) +
      E * Math.sin(9 * half) * Math.cos(9 * mean))
  )
}

/** Arc-seconds to six decimals, as the survey keeps them. */
const kept = (degrees: number): number => Math.round(degrees * 3600 * 1e6) / 1e6 / 3600

/** Edge for edge as drawn: the server's formula for longitude and latitude. */
function edgeArea(from: Position, to: Position, meridian: number): number {
  const [lon1 = 0, lat1 = 0] = from
  const [lon2 = 0, lat2 = 0] = to
  const middleLon = (kept(lon1) + kept(lon2)) / 2
  return trapezoidArea(kept(lat1) * RADIANS, kept(lat2) * RADIANS, (middleLon - kept(meridian)) * RADIANS)
}

/** m² inside one ring, unrounded and never negative; an open ring is closed. */
export function ringArea(ring: Ring): number {
  const first = ring[0]
  if (ring.length < 3 || first === undefined) return 0
  const meridian = first[0] ?? 0
  let sum = 0
  for (let i = 0; i < ring.length; i++) {
    sum += edgeArea(ring[i] ?? first, ring[i + 1] ?? first, meridian)
  }
  return Math.abs(sum)
}

/** m² of a polygon (outer ring first, then holes), unrounded. */
export function surveyArea(rings: readonly Ring[]): number {
  return rings.reduce((sum, ring, i) => sum + (i === 0 ? ringArea(ring) : -ringArea(ring)), 0)
}

// A longer edge is measured in pieces: the formula holds for short ones.
const LONGEST_PIECE_DEGREES = 0.01

/** Metres along geodesics of CGCS2000, to about a millimetre per kilometre. */
export function geodesicLength(line: readonly Position[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += edgeLength(line[i - 1] ?? [], line[i] ?? [])
  return sum
}

function edgeLength(from: Position, to: Position): number {
  const [lon1 = 0, lat1 = 0] = from
  const [lon2 = 0, lat2 = 0] = to
  const span = Math.max(Math.abs(lon2 - lon1), Math.abs(lat2 - lat1))
  const pieces = Math.max(1, Math.ceil(span / LONGEST_PIECE_DEGREES))
  let sum = 0
  for (let i = 0; i < pieces; i++) {
    const middle = (lat1 + ((lat2 - lat1) * (i + 0.5)) / pieces) * RADIANS
    const w2 = 1 - E2 * Math.sin(middle) ** 2
    const north = (((lat2 - lat1) / pieces) * RADIANS * SEMI_MAJOR * (1 - E2)) / w2 ** 1.5
    const east = (((lon2 - lon1) / pieces) * RADIANS * SEMI_MAJOR * Math.cos(middle)) / Math.sqrt(w2)
    sum += Math.hypot(north, east)
  }
  return sum
}

/** Round half up to two decimals, once, at the end. */
export function roundArea(value: number): number {
  // Scaling by a string exponent avoids 1.005 * 100 = 100.49999…
  return Number(`${Math.round(Number(`${value.toFixed(6)}e2`))}e-2`)
}

/** 1 m² = 0.0015 mu (亩) exactly. */
export function toMu(squareMetres: number): number {
  return squareMetres * MU_PER_SQUARE_METRE
}
