import type { Bounds, SearchHit } from '@/api/types'

const MAP_WIDTH = 1000
const TILE = 256

/** `lon,lat,zoom` that shows the bounds (degrees) on a map about 1000 pixels wide. */
export function viewOf(bounds: Bounds): string {
  const [west, south, east, north] = bounds
  const span = Math.max(east - west, (north - south) * 1.6, 0.0005)
  const zoom = Math.min(18, Math.log2((360 * MAP_WIDTH) / (TILE * span)))
  return `${((west + east) / 2).toFixed(6)},${((south + north) / 2).toFixed(6)},${zoom.toFixed(2)}`
}

/** Where a found thing is shown: its own page, or the map at its place. */
export function destination(hit: Pick<SearchHit, 'to' | 'bounds'>): string {
  if (hit.to) return hit.to
  return hit.bounds ? `/map?at=${viewOf(hit.bounds)}` : '/map'
}
