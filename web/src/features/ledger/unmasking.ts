/** What is masked on a page of a ledger, and for how long something is not. */
import type { LedgerClear, LedgerColumn, LedgerRow } from '@/api/types'

/** Minutes and seconds until `until`, as `9:05`; empty when it is over. */
export function leftOf(until: string, now: number): string {
  const seconds = Math.ceil((Date.parse(until) - now) / 1000)
  if (!(seconds > 0)) return ''
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Whether the cell shows a mask instead of its value. */
export function isMasked(column: LedgerColumn, row: LedgerRow, clear: LedgerClear | null): boolean {
  const value = row[column.name]
  return column.masked && value !== null && value !== '' && !clear?.whole && !clear?.rows.includes(row.id)
}
