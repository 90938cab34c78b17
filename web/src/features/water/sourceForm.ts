/** The form of a well or canal: empty, or filled with what it is now. */
import type { WaterSource, WaterSourceEntry } from '@/api/types'

export function emptySource(): WaterSourceEntry {
  return {
    kind: 'well', code: '', name: '', region: '', holder_id: null, level: '', parent_id: null, permit: '', permit_until: null,
    depth_m: null, pump_m3h: null, closed_on: null, note: '', geometry: null,
  }
}

export function asEntered(source: WaterSource): WaterSourceEntry {
  return {
    kind: source.kind, code: source.code, name: source.name, region: source.region.code, holder_id: source.holder?.id ?? null,
    level: source.level, parent_id: source.parent_id, permit: source.permit, permit_until: source.permit_until,
    depth_m: source.depth_m, pump_m3h: source.pump_m3h, closed_on: source.closed_on, note: source.note, geometry: null,
  }
}

/** What is sent: of a canal nothing that only wells have, and the other way round. */
export function asSent(entry: WaterSourceEntry): WaterSourceEntry {
  if (entry.kind === 'well') return { ...entry, level: '', parent_id: null }
  return { ...entry, permit: '', permit_until: null, depth_m: null, pump_m3h: null }
}
