/** What became different from one state of a parcel to the next. */
import type { ParcelState } from '@/api/types'
import { area, NOTHING } from '@/components/format'

export interface Difference {
  /** key of the locale files */
  label: string
  before: string
  after: string
}

const READ: [label: string, of: (state: ParcelState) => string][] = [
  ['holdings.area', (s) => area(s.area_mu)],
  ['holdings.holder', (s) => s.holder?.name ?? ''],
  ['holdings.cultivator', (s) => s.cultivator?.name ?? ''],
  ['holdings.unit', (s) => s.unit.name],
  ['holdings.ownership', (s) => s.ownership_label],
  ['holdings.way', (s) => s.way],
  ['holdings.sourcePaper', (s) => `${s.source_paper} ${s.paper_number}`.trim()],
  ['holdings.landKind', (s) => s.land_kind],
  ['holdings.actualUse', (s) => s.actual_use],
  ['holdings.irrigation', (s) => s.irrigation],
  ['holdings.reclaimedYear', (s) => String(s.reclaimed_year ?? '')],
  ['holdings.placeName', (s) => s.place_name],
  ['holdings.corps', (s) => (s.corps ? '✓' : '')],
  ['holdings.note', (s) => s.note],
]

/** Nothing for the first state of a parcel. */
export function differences(before: ParcelState | undefined, after: ParcelState): Difference[] {
  if (!before) return []
  return READ.flatMap(([label, of]) => {
    const [was, is] = [of(before), of(after)]
    return was === is ? [] : [{ label, before: was || NOTHING, after: is || NOTHING }]
  })
}
