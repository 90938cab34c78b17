import type { Geometry, Polygon } from 'geojson'
import type { Bounds, Job, Layer, LayerVersion, VersionStatus, TagType } from '@/api/types'

export const statusTags: Record<VersionStatus, TagType> = {
  importing: 'primary',
  checked: 'warning',
  published: 'success',
  failed: 'danger',
  withdrawn: 'info',
}

export interface LayerGroupRows {
  code: string
  label: string
  layers: Layer[]
}

/** Layers by group, both in the order the server gives. */
export function groupLayers(layers: Layer[]): LayerGroupRows[] {
  const groups = new Map<string, LayerGroupRows>()
  for (const layer of layers) {
    const group = groups.get(layer.group) ?? { code: layer.group, label: layer.group_label, layers: [] }
    group.layers.push(layer)
    groups.set(layer.group, group)
  }
  return [...groups.values()]
}

export const hasPublished = (layer: Layer): boolean =>
  layer.versions.some((version) => version.status === 'published')

export const hasImporting = (layers: Layer[]): boolean =>
  layers.some((layer) => layer.versions.some((version) => version.status === 'importing' || underWay(version.job)))

export const underWay = (job: Job | null): boolean => job?.status === 'queued' || job?.status === 'running'

/** Versions that can be compared, newest first. */
export const comparable = (layer: Layer | undefined): LayerVersion[] =>
  (layer?.versions ?? []).filter((version) => !['importing', 'failed'].includes(version.status))

/** Which of the four steps of an import is being done; 4 when all are. */
export function stepOf(version: Pick<LayerVersion, 'status'> | null, hasFile: boolean): number {
  if (!version) return hasFile ? 1 : 0
  if (version.status === 'published' || version.status === 'withdrawn') return 4
  return version.status === 'checked' ? 3 : 2
}

/** The extent of a shape with some ground around it (degrees). */
export function boundsAround(shape: Geometry | null): Bounds | null {
  if (!shape || shape.type === 'GeometryCollection') return null
  const flat = (shape.coordinates as unknown[]).flat(4) as number[]
  const lon = flat.filter((_, i) => i % 2 === 0)
  const lat = flat.filter((_, i) => i % 2 === 1)
  const [west, south, east, north] = [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)]
  const room = Math.max(east - west, north - south, 0.001) / 2
  return [west - room, south - room, east + room, north + room]
}

/** The rectangle of an extent, to be drawn. */
export function outlineOf([west, south, east, north]: Bounds): Polygon {
  return { type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] }
}
