import type { Intake, IntakeTarget } from '@/api/types'

export type Step = 0 | 1 | 2 | 3 | 4

/** Which of the five steps an import stands at: files, columns, words, result, entered. */
export function stepOf(current: Pick<Intake, 'status' | 'matched'> | null): Step {
  switch (current?.status) {
    case undefined:
      return 0
    case 'uploaded':
      return current?.matched ? 2 : 1
    case 'checking':
    case 'checked':
    case 'failed':
      return 3
    default:
      return 4
  }
}

export const isWorking = (current: Pick<Intake, 'status'> | null): boolean =>
  current?.status === 'checking' || current?.status === 'entering'

/** The targets in the groups of the form, in order. */
export function groupsOf(targets: IntakeTarget[]): { name: string; targets: IntakeTarget[] }[] {
  const names = [...new Set(targets.map((target) => target.group))]
  return names.map((name) => ({ name, targets: targets.filter((target) => target.group === name) }))
}

/** Needed targets that have neither a column nor a fixed value. `coded`: rows are found by code. */
export function missing(
  targets: IntakeTarget[], mapping: Record<string, string | null>, constants: Record<string, string>, coded: boolean,
): IntakeTarget[] {
  return targets.filter(
    (target) => target.needed && (coded || target.name !== 'code') && !mapping[target.name] && !constants[target.name],
  )
}

/** The columns that were given to more than one target. */
export function usedTwice(mapping: Record<string, string | null>): string[] {
  const used = Object.values(mapping).filter((column): column is string => !!column)
  return [...new Set(used.filter((column, at) => used.indexOf(column) !== at))]
}

/** The first value of a column that says something. */
export function sample(preview: Record<string, string>[], column: string | null | undefined): string {
  return (column && preview.map((row) => row[column]).find((value) => value)) || ''
}
