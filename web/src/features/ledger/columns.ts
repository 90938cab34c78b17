/** Which columns are shown, in which order, how wide, and which stay at the edge. */
import type { LedgerColumn, LedgerView } from '@/api/types'

export type ColumnChoice = LedgerView['columns'][number]

export type ShownColumn = LedgerColumn & { pin: 'left' | 'right' | null }

/** The ledger's own arrangement. */
export const asDeclared = (columns: LedgerColumn[]): ColumnChoice[] =>
  columns.map((column) => ({ name: column.name, width: null, pin: column.fixed ? 'left' : null }))

/** The shown columns as arranged; a column the ledger no longer has is left out. */
export function arranged(columns: LedgerColumn[], choices: ColumnChoice[]): ShownColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return choices.flatMap((choice) => {
    const column = byName.get(choice.name)
    return column ? [{ ...column, width: choice.width ?? column.width, pin: choice.pin ?? null }] : []
  })
}

/** Show or hide a column; one that comes back stands where the ledger has it, or at the end. */
export function toggled(columns: LedgerColumn[], choices: ColumnChoice[], name: string): ColumnChoice[] {
  if (choices.some((choice) => choice.name === name)) {
    return choices.length > 1 ? choices.filter((choice) => choice.name !== name) : choices
  }
  const order = columns.map((column) => column.name)
  const next = choices.findIndex((choice) => order.indexOf(choice.name) > order.indexOf(name))
  const added: ColumnChoice = { name, width: null, pin: null }
  return next < 0 ? [...choices, added] : [...choices.slice(0, next), added, ...choices.slice(next)]
}

/** One column put in the place of another. */
export function moved(choices: ColumnChoice[], from: string, to: string): ColumnChoice[] {
  const item = choices.find((choice) => choice.name === from)
  const target = choices.findIndex((choice) => choice.name === to)
  if (!item || target < 0) return choices
  const rest = choices.filter((choice) => choice !== item)
  return [...rest.slice(0, target), item, ...rest.slice(target)]
}

export const changedColumn = (choices: ColumnChoice[], name: string, change: Partial<ColumnChoice>): ColumnChoice[] =>
  choices.map((choice) => (choice.name === name ? { ...choice, ...change } : choice))
