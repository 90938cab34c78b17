/** A page of a ledger whose rows can be ticked, to do the same with several. */
import { ref } from 'vue'
import { get } from '@/api/client'
import type { LedgerRow, LedgerRows } from '@/api/types'
import { reasonOf } from '@/components/messages'

const SIZE = 50

export function useChoosing(name: string, conditions: () => Record<string, string>) {
  const rows = ref<LedgerRow[]>([])
  const total = ref(0)
  const page = ref(1)
  const chosen = ref<number[]>([])
  const busy = ref(false)
  const failure = ref('')

  async function load(): Promise<void> {
    busy.value = true
    try {
      const found = await get<LedgerRows>(`/api/ledgers/${name}/rows`, { ...conditions(), page: page.value, size: SIZE })
      rows.value = found.rows
      total.value = found.total ?? found.rows.length
      chosen.value = []
      failure.value = ''
    } catch (problem) {
      failure.value = reasonOf(problem)
    } finally {
      busy.value = false
    }
  }
  function search(): void {
    page.value = 1
    void load()
  }
  function choose(picked: LedgerRow[]): void {
    chosen.value = picked.map((row) => Number(row.id))
  }
  return { rows, total, page, chosen, busy, failure, size: SIZE, load, search, choose }
}
