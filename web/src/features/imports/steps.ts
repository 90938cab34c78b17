import type { BatchImport, FieldMapping, ImportStatus, ImportSummary, ImportTarget } from '@/api/types'

export type Step = 0 | 1 | 2 | 3

const STEPS: Record<ImportStatus, Step> = {
  uploaded: 1,
  checking: 2,
  checked: 2,
  accepting: 3,
  done: 3,
  discarded: 3,
  failed: 2,
}

/** Which of the four steps an import stands at. */
export function stepOf(current: Pick<BatchImport, 'status'> | null): Step {
  return current ? STEPS[current.status] : 0
}

export const isWorking = (current: Pick<BatchImport, 'status'> | null): boolean =>
  current?.status === 'checking' || current?.status === 'accepting'

/** An import that someone still has to take further, or to give up. */
export const isOpen = (current: Pick<ImportSummary, 'status'>): boolean =>
  current.status !== 'done' && current.status !== 'discarded'

export interface MappingProblem {
  key: 'imports.requiredTarget' | 'imports.duplicateSource'
  named: Record<string, string>
}

/** What still stops the check: a required target without a field, a field used twice. */
export function mappingProblems(targets: ImportTarget[], mapping: FieldMapping): MappingProblem[] {
  const found: MappingProblem[] = targets
    .filter((target) => target.required && !mapping[target.name])
    .map((target) => ({ key: 'imports.requiredTarget', named: { label: target.label } }))
  const labels = new Map<string, string[]>()
  for (const target of targets) {
    const field = mapping[target.name]
    if (field) labels.set(field, [...(labels.get(field) ?? []), target.label])
  }
  for (const [field, used] of labels) {
    if (used.length > 1)
      found.push({ key: 'imports.duplicateSource', named: { field, labels: used.join('、') } })
  }
  return found
}

/** The first value of a field that says something. */
export function sample(preview: BatchImport['preview'], field: string | null | undefined): string {
  if (!field) return ''
  for (const row of preview) {
    const value = row[field]
    if (value !== null && value !== undefined && value !== '') return String(value)
  }
  return ''
}
