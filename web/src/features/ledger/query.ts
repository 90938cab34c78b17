/** The filters of a ledger live in the address bar; these turn them into a form and back. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { LedgerFilter } from '@/api/types'

/** What the form holds: a text, several choices, or the two ends of a range. */
export type FilterValue = string | string[] | [from: string, to: string]
export type FilterForm = Record<string, FilterValue>

export const PAGE_SIZES = [20, 50, 100, 200]
export const DEFAULT_SIZE = 50

/** Places of the form for "this column is empty" and "is filled in": names of columns. */
export const EMPTY = '@empty'
export const FILLED = '@filled'
const EMPTINESS: [key: string, value: string][] = [[EMPTY, '1'], [FILLED, '0']]
/** Keys of the address that are about the screen and narrow nothing. */
export const OF_THE_SCREEN = new Set(['page', 'size', 'sort', 'by', 'view', 'across'])

const RANGES = new Set<LedgerFilter['kind']>(['date_range', 'number_range'])
const isRange = (filter: LedgerFilter): boolean => RANGES.has(filter.kind)

export function single(value: LocationQuery[string] | undefined): string {
  const one = Array.isArray(value) ? value[0] : value
  return one ?? ''
}

/** What people ask for most comes first: the leading filter (the number), then choices, ranges, other texts. */
export function byUse(filters: LedgerFilter[]): LedgerFilter[] {
  const rank = (filter: LedgerFilter): number => {
    if (filter === filters[0]) return 0
    if (filter.kind === 'choice') return 1
    if (filter.kind === 'date') return 0.5
    return isRange(filter) ? 2 : 3
  }
  return [...filters].sort((a, b) => rank(a) - rank(b))
}

export function emptyForm(filters: LedgerFilter[]): FilterForm {
  return { [EMPTY]: [], [FILLED]: [], ...Object.fromEntries(
    filters.map((filter) => {
      if (isRange(filter)) return [filter.name, ['', '']]
      return [filter.name, filter.kind === 'choice' ? [] : '']
    }),
  ) }
}

export function readForm(filters: LedgerFilter[], query: LocationQuery): FilterForm {
  const form = emptyForm(filters)
  for (const filter of filters) {
    const text = single(query[filter.name])
    if (isRange(filter))
      form[filter.name] = [single(query[`${filter.name}__gte`]), single(query[`${filter.name}__lte`])]
    else if (filter.kind === 'choice') form[filter.name] = text ? text.split(',') : []
    else form[filter.name] = text
  }
  for (const [place, value] of EMPTINESS)
    form[place] = filters.map((filter) => filter.name).filter((name) => single(query[`${name}__empty`]) === value)
  return form
}

/** Whether the condition stands for a number the server was asked to look for, rather than being one. */
export const isSought = (value: string): boolean => /^[0-9a-f]{8}:/.test(value)

/** The query of the form alone; empty values are left out. */
export function writeForm(filters: LedgerFilter[], form: FilterForm): Record<string, string> {
  const query: Record<string, string> = {}
  for (const filter of filters) {
    const value = form[filter.name]
    if (value === undefined) continue
    if (isRange(filter)) {
      const [from, to] = value
      if (from) query[`${filter.name}__gte`] = String(from)
      if (to) query[`${filter.name}__lte`] = String(to)
      continue
    }
    const text = Array.isArray(value) ? value.join(',') : value.trim()
    if (text) query[filter.name] = text
  }
  for (const [place, value] of EMPTINESS) for (const name of form[place] ?? []) query[`${name}__empty`] = value
  return query
}

/** Keys of the address that belong to filters of the form (so that 重置 knows what to clear). */
export function formKeys(filters: LedgerFilter[]): Set<string> {
  return new Set(
    filters.flatMap((filter) => [
      `${filter.name}__empty`,
      ...(isRange(filter) ? [`${filter.name}__gte`, `${filter.name}__lte`] : [filter.name]),
    ]),
  )
}

/**
 * The address as the API understands it. A key the ledger does not know goes along, so that the
 * server refuses it, rather than showing more rows than the link meant.
 */
export function apiQuery(query: LocationQuery): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const key of Object.keys(query)) {
    const text = single(query[key])
    if (text && !['by', 'view', 'across'].includes(key)) parameters.set(key, text)
  }
  return parameters
}

/** A click on a heading: ascending first, then the other way round. */
export function nextSort(current: string, column: string): string {
  return current === column ? `-${column}` : column
}

/** Change some keys of the address; what becomes empty disappears. Any change but paging starts at page 1. */
export function changed(query: LocationQuery, change: Record<string, string | undefined>): LocationQueryRaw {
  const next: LocationQueryRaw = { ...query }
  if (!('page' in change)) delete next['page']
  for (const [key, value] of Object.entries(change)) {
    if (value) next[key] = value
    else delete next[key]
  }
  return next
}
