/** The form of a parcel: empty, or filled with what it is now. */
import type { Parcel, ParcelEntry } from '@/api/types'

export function emptyParcel(): ParcelEntry {
  return {
    ownership: 'collective', way: '', source_paper: '', actual_use: '', unit_id: null, corps: false, holder_id: null,
    cultivator_id: null, paper_number: '', land_kind: '', irrigation: '', reclaimed_year: null, place_name: '', note: '',
  }
}

export function asEntered(parcel: Parcel): ParcelEntry {
  const { state } = parcel
  return {
    ownership: state.ownership, way: state.way, source_paper: state.source_paper, actual_use: state.actual_use,
    unit_id: state.unit.id, corps: state.corps, holder_id: state.holder?.id ?? null, cultivator_id: state.cultivator?.id ?? null,
    paper_number: state.paper_number, land_kind: state.land_kind, irrigation: state.irrigation,
    reclaimed_year: state.reclaimed_year, place_name: state.place_name, note: state.note,
  }
}
