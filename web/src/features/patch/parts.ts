/** What is decided of each part of a patch before it is sent. */
import type { JudgedPart, PartIn, Patch, PatchStages } from '@/api/types'

export interface PartDraft {
  order: number
  mu: string
  farmland: string
  outcome: string
  subclass: string
  number: string
  homestead: boolean
  affordable_housing: boolean
}
type Subclasses = PatchStages['subclasses']

/** The parts as they stand; of a patch that is not divided the one it will get. */
export function partsOf(patch: Patch, parts: readonly JudgedPart[]): PartDraft[] {
  if (!parts.length) {
    return [{
      order: 1, mu: String(patch.area_mu), farmland: String(patch.farmland_mu ?? '—'), outcome: patch.proposal?.outcome ?? '',
      subclass: patch.proposal?.subclass ?? '', number: '', homestead: false, affordable_housing: false,
    }]
  }
  return parts.map((part) => ({
    order: part.order, mu: String(part.mu), farmland: String(part.farmland_mu ?? '—'), outcome: part.judgement || part.outcome,
    subclass: part.subclass, number: part.number, homestead: part.homestead, affordable_housing: part.affordable_housing,
  }))
}

/** The subclasses of an outcome: the code of one is `outcome:id`. */
export function kindsOf(subclasses: Subclasses, outcome: string): { value: string; label: string }[] {
  return subclasses
    .filter((one) => one.code.startsWith(`${outcome}:`))
    .map((one) => ({ value: one.code.slice(outcome.length + 1), label: one.label }))
}

/** As the API takes them; what does not belong to the outcome chosen is left out. */
export function toSend(rows: readonly PartDraft[], outcome: string, subclasses: Subclasses): PartIn[] {
  return rows.map((row) => {
    const judged = outcome === 'split' ? row.outcome : outcome
    const fits = kindsOf(subclasses, judged).some((one) => one.value === row.subclass)
    const illegal = judged === 'illegal'
    return {
      order: row.order, outcome: judged || null, subclass: fits ? row.subclass : null,
      number: illegal ? null : row.number.trim() || null,
      homestead: illegal && row.homestead, affordable_housing: illegal && row.affordable_housing,
    }
  })
}
