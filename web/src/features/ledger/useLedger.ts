/** A ledger's rows for the address they are asked with. */
import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { LocationQuery } from 'vue-router'
import { get } from '@/api/client'
import type { Ledger, LedgerRows } from '@/api/types'
import { reasonOf } from '@/components/messages'
import { apiQuery, DEFAULT_SIZE } from './query'

/**
 * `query` is the screen's address, `fixed` conditions that always hold (a ledger inside another page).
 * Count and sums are asked once for each set of conditions; the page after a known one by its cursor.
 */
export function useLedger(name: string, query: Ref<LocationQuery>, fixed: () => Record<string, string>) {
  const ledger = ref<Ledger | null>(null)
  const answer = ref<LedgerRows | null>(null)
  const total = ref(0)
  const sums = ref<Record<string, number>>({})
  const error = ref<string | null>(null)
  const refused = ref<string | null>(null)
  const busy = ref(false)
  let asking: AbortController | undefined
  let counted: string | null = null
  const cursors = new Map<string, string>()

  /** The conditions alone, as the API takes them. */
  const conditions = computed(() => {
    const parameters = apiQuery(query.value)
    for (const key of ['page', 'size']) parameters.delete(key)
    for (const [key, value] of Object.entries(fixed())) parameters.set(key, value)
    return parameters
  })

  async function load(): Promise<void> {
    error.value = null
    try {
      ledger.value = await get<Ledger>(`/api/ledgers/${name}`)
    } catch (problem) {
      error.value = reasonOf(problem)
    }
  }

  function parametersOf(fresh: boolean): URLSearchParams {
    const parameters = apiQuery(query.value)
    for (const [key, value] of Object.entries(fixed())) parameters.set(key, value)
    if (!parameters.has('size')) parameters.set('size', String(DEFAULT_SIZE))
    if (!fresh) parameters.set('totals', '0')
    const cursor = cursors.get(place(parameters.get('page') ?? '1'))
    if (cursor) parameters.set('after', cursor)
    return parameters
  }
  const place = (page: string): string =>
    `${conditions.value.toString()}|${String(query.value['size'] ?? '')}|${page}`
  const filters = (): string => {
    const parameters = new URLSearchParams(conditions.value)
    parameters.delete('sort')
    return parameters.toString()
  }

  /** `again`: the user asks anew, so that count and sums are counted anew too. */
  async function loadRows(again = false): Promise<void> {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    busy.value = true
    refused.value = null
    if (again) cursors.clear()
    const fresh = again || counted !== filters()
    try {
      const found = await get<LedgerRows>(`/api/ledgers/${name}/rows`, parametersOf(fresh), mine.signal)
      answer.value = found
      if (found.total !== null) {
        total.value = found.total
        sums.value = found.sums ?? {}
        counted = filters()
      }
      if (found.next) cursors.set(place(String(found.page + 1)), found.next)
    } catch (problem) {
      if (mine.signal.aborted) return
      refused.value = reasonOf(problem)
      answer.value = null
      counted = null
    } finally {
      if (asking === mine) busy.value = false
    }
  }

  watch(fixed, () => void loadRows())
  return { ledger, answer, total, sums, error, refused, busy, conditions, load, loadRows }
}
