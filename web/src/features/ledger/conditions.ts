/** Conditions of the address that no field of the form shows: what a click on a group brings along. */
import type { LocationQuery } from 'vue-router'
import type { Ledger, Region } from '@/api/types'
import { t } from '@/locales'
import { isSought, OF_THE_SCREEN, single } from './query'

export interface ConditionTag {
  [key: string]: string
  key: string
  label: string
  value: string
}

export function conditionTags(
  ledger: Ledger,
  query: LocationQuery,
  inForm: Set<string>,
  regions: Pick<Region, 'code' | 'name'>[],
): ConditionTag[] {
  const tags: ConditionTag[] = []
  for (const key of Object.keys(query)) {
    const [name = '', operator = ''] = key.split('__')
    if (inForm.has(key) || OF_THE_SCREEN.has(key) || key === 'q' || key === 'region') continue
    const raw = single(query[key])
    if (key === 'region__is') {
      const place = regions.find((region) => region.code === raw)?.name ?? raw
      tags.push({ key, label: t('ledger.regionTree'), value: t('ledger.levelOnly', { name: place }) })
      continue
    }
    const column = ledger.columns.find((candidate) => candidate.name === name)
    if (column) tags.push({ key, label: column.label, value: said(column, operator, raw) })
  }
  return tags
}

function said(column: Ledger['columns'][number], operator: string, raw: string): string {
  if (operator === 'empty') return t(raw === '0' ? 'ledger.filledValue' : 'ledger.emptyValue')
  if (operator === 'gte' || operator === 'lte') return `${operator === 'gte' ? '≥' : '≤'} ${raw}`
  if (isSought(raw)) return t('ledger.byNumber')
  if (column.kind === 'boolean') return t(raw === '1' ? 'common.yes' : 'common.no')
  return column.choices?.find((choice) => choice.value === raw)?.label ?? raw
}
