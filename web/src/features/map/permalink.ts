/** The map's state in the address bar, so that a colleague can be sent a view. */
import type { Bounds } from '@/api/types'

export interface MapState {
  /** lon/lat in degrees */
  center: [number, number]
  zoom: number
}

export interface LayerState {
  /** ids of the layer versions that are on */
  versions: number[]
  patches: boolean
}

type Query = Record<string, string | null | (string | null)[] | undefined>

const PATCHES = 'patches'

function single(value: Query[string]): string | undefined {
  const one = Array.isArray(value) ? value[0] : value
  return one ?? undefined
}

/** `null` when the query holds no usable view. */
export function readView(query: Query): MapState | null {
  const parts = (single(query['at']) ?? '').split(',').map(Number)
  const [lon, lat, zoom] = parts
  if (lon === undefined || lat === undefined || zoom === undefined || parts.length !== 3) return null
  if (![lon, lat, zoom].every(Number.isFinite)) return null
  if (Math.abs(lon) > 180 || Math.abs(lat) > 85 || zoom < 0 || zoom > 24) return null
  return { center: [lon, lat], zoom }
}

/** Bounds to show (`?bounds=w,s,e,n`), as links from other pages give them. */
export function readBounds(query: Query): Bounds | null {
  const [west, south, east, north, ...more] = (single(query['bounds']) ?? '').split(',').map(Number)
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null
  if (more.length || ![west, south, east, north].every(Number.isFinite)) return null
  if (west > east || south > north || west < -180 || east > 180 || south < -85 || north > 85) return null
  return [west, south, east, north]
}

/** `null` when the query says nothing of layers; an empty list means all off. */
export function readLayers(query: Query): LayerState | null {
  const text = single(query['on'])
  if (text === undefined) return null
  const names = text.split(',').filter(Boolean)
  return {
    versions: names.map(Number).filter((id) => Number.isInteger(id) && id > 0),
    patches: names.includes(PATCHES),
  }
}

export function writeView(state: MapState): string {
  const [lon, lat] = state.center
  return `${lon.toFixed(6)},${lat.toFixed(6)},${state.zoom.toFixed(2)}`
}

export function writeLayers(state: LayerState): string {
  return [...state.versions.map(String), ...(state.patches ? [PATCHES] : [])].join(',')
}
