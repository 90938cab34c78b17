/** The table of a village's crops while it is filled in. */
import type { CropRow, CropSheet } from '@/api/types'

export interface Sown {
  crop: string
  area_mu: number | null
}

export interface Entry {
  row: CropRow
  sown: Sown[]
}

const filled = (sown: readonly Sown[]): Sown[] => sown.filter((one) => one.crop || one.area_mu)

/** Crops in one order, so that two lists can be compared. */
const plain = (sown: readonly Sown[]): string =>
  JSON.stringify(filled(sown).map((one) => [one.crop, Number(one.area_mu)]).sort())

export const entriesOf = (sheet: CropSheet): Entry[] =>
  sheet.rows.map((row) => ({ row, sown: row.sown.length ? row.sown.map((one) => ({ ...one })) : [{ crop: '', area_mu: null }] }))

export const changed = (entry: Entry): boolean => plain(entry.sown) !== plain(entry.row.sown)

export const total = (entry: Entry): number =>
  Math.round(entry.sown.reduce((sum, one) => sum + Number(one.area_mu ?? 0), 0) * 100) / 100

export type Fault = '' | 'incomplete' | 'twice' | 'tooLarge'

/** What is wrong with a row; the server judges again. */
export function faultOf(entry: Entry): Fault {
  const sown = filled(entry.sown)
  if (sown.some((one) => !one.crop || !one.area_mu || one.area_mu <= 0)) return 'incomplete'
  if (new Set(sown.map((one) => one.crop)).size < sown.length) return 'twice'
  return total(entry) > entry.row.area_mu ? 'tooLarge' : ''
}

/** Rows that say nothing yet take over the year before, as far as it fits; how many did. */
export function takeOver(entries: Entry[]): number {
  let count = 0
  for (const entry of entries) {
    if (filled(entry.sown).length || !entry.row.last.length) continue
    entry.sown = entry.row.last.map((one) => ({ ...one }))
    count += 1
  }
  return count
}

/** A crop for all rows that say nothing yet, over the whole of each parcel. */
export function fillAll(entries: Entry[], crop: string): number {
  const blank = entries.filter((entry) => !filled(entry.sown).length)
  for (const entry of blank) entry.sown = [{ crop, area_mu: entry.row.area_mu }]
  return blank.length
}

/** What is sent: the rows that changed, with what the page showed before. */
export const toSend = (entries: readonly Entry[]) =>
  entries.filter(changed).map((entry) => ({ parcel_id: entry.row.parcel_id, sown: filled(entry.sown), was: entry.row.sown }))

/** Areas by crop over all rows, the largest first. */
export function sums(entries: readonly Entry[]): { crop: string; area: number }[] {
  const found = new Map<string, number>()
  for (const one of entries.flatMap((entry) => filled(entry.sown))) {
    if (one.crop) found.set(one.crop, (found.get(one.crop) ?? 0) + Number(one.area_mu ?? 0))
  }
  return [...found].map(([crop, area]) => ({ crop, area })).sort((a, b) => b.area - a.area)
}
