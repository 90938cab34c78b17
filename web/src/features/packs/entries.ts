import type { PackAmount, PackEntry } from '@/api/types'

export interface Asked {
  text: string
  own: boolean
  unsure: boolean
}

const UNSURE = new Set(['一般', '默认'])

/** Entries that hold the words asked for, in their name, key, clause or amount. */
export function matching(entries: PackEntry[], asked: Asked): PackEntry[] {
  const words = asked.text.trim().toLowerCase()
  return entries.filter((entry) => {
    if (asked.own && !entry.amounts.some((amount) => amount.local)) return false
    if (asked.unsure && !isUnsure(entry)) return false
    return !words || searched(entry).includes(words)
  })
}

/** Whether the county has still to confirm the value. */
export function isUnsure(entry: PackEntry): boolean {
  return !entry.amounts.some((amount) => amount.local) && entry.amounts.some((amount) => UNSURE.has(amount.sureness))
}

function searched(entry: PackEntry): string {
  const amounts = entry.amounts.flatMap((one) => [one.text, one.document, one.article, one.summary])
  return [entry.key, entry.label, entry.unit, ...amounts].join('\n').toLowerCase()
}

/** The pack's amounts and the county's own, side by side. */
export function sides(entry: PackEntry): { given: PackAmount[]; own: PackAmount[] } {
  return {
    given: entry.amounts.filter((amount) => !amount.local),
    own: entry.amounts.filter((amount) => amount.local),
  }
}
