import type { LedgerColumn, LedgerRow, LedgerValue } from '@/api/types'
import { area, count, dateTime, day, NOTHING } from '@/components/format'

const NUMBERS = new Set<LedgerColumn['kind']>(['integer', 'area_mu', 'area_m2', 'yuan', 'm3'])

export const isNumber = (column: Pick<LedgerColumn, 'kind'>): boolean => NUMBERS.has(column.kind)

/** A value as it is printed; `—` where there is none, so that an empty cell is not taken for a fault. */
export function cellText(
  column: Pick<LedgerColumn, 'kind' | 'choices' | 'sum'>,
  value: LedgerValue | undefined,
  words: { yes: string; no: string },
): string {
  if (value === null || value === undefined || value === '') return NOTHING
  switch (column.kind) {
    case 'integer': // a count has thousands; a year or a number of something is written as it is
      return column.sum ? count(Number(value)) : String(value)
    case 'area_mu':
    case 'area_m2':
    case 'yuan':
    case 'm3':
      return area(Number(value))
    case 'date':
      return day(String(value))
    case 'datetime':
      return dateTime(String(value))
    case 'boolean':
      return value ? words.yes : words.no
    case 'choice':
      return column.choices?.find((choice) => choice.value === String(value))?.label ?? String(value)
    default:
      return String(value)
  }
}

/** `/patches/{id}` with the row's own values. */
export function cellLink(template: string, row: LedgerRow): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(row[name] ?? '')))
}
