/** One parcel by its code, of what the ledger found for it: the one of that very code, or the only one. */
export const SOUGHT = 20 // a page size of the ledgers

export function parcelOf(rows: Record<string, unknown>[], code: string): number | null {
  const wanted = code.trim()
  const row = rows.find((one) => one['code'] === wanted) ?? (rows.length === 1 ? rows[0] : undefined)
  const key = Number(row?.['subject'] ?? row?.['id'])
  return Number.isFinite(key) && key > 0 ? key : null
}
