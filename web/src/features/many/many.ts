import type { ManyIn } from '@/api/types'

/** The doors that have a form, and what is filled in there for all patches. */
export type FormName = 'plan' | 'progress' | 'accept'
export type Values = Record<string, string | number | boolean | null>
export type Kind = 'text' | 'day' | 'check' | 'number' | 'handling' | 'owner'
export interface Field {
  key: string
  kind: Kind
  /** Shown only while this one is set, or has this value. */
  when?: [key: string, value: string | boolean]
}

/** Stands in a number of papers for the number that runs on. */
export const RUNNING = '{序号}'

export const FIELDS: Record<FormName, Field[]> = {
  plan: [
    { key: 'handling', kind: 'handling' },
    { key: 'demolish', kind: 'check' },
    { key: 'complete_papers', kind: 'check' },
    { key: 'papers_by_linkage', kind: 'check', when: ['complete_papers', true] },
    { key: 'owner', kind: 'owner' },
    { key: 'due_on', kind: 'day' },
    { key: 'no_case_reason', kind: 'text', when: ['handling', 'no_case'] },
  ],
  progress: [
    { key: 'case_number', kind: 'text' },
    { key: 'first_number', kind: 'number' },
    { key: 'case_filed_on', kind: 'day' },
    { key: 'demolished_on', kind: 'day' },
    { key: 'papers_number', kind: 'text' },
    { key: 'papers_on', kind: 'day' },
  ],
  accept: [
    { key: 'accepted_on', kind: 'day' },
    { key: 'prefecture_number', kind: 'text' },
    { key: 'prefecture_on', kind: 'day' },
    { key: 'region_number', kind: 'text' },
    { key: 'region_on', kind: 'day' },
    { key: 'note', kind: 'text' },
  ],
}

const EMPTY: Record<Kind, Values[string]> = { text: '', day: null, check: false, number: 1, handling: 'case', owner: null }

export function hasForm(name: string): name is FormName {
  return name in FIELDS
}

/** The form as it opens; work is mostly accepted on the day it is entered. */
export function blank(name: FormName, today: string): Values {
  const values: Values = Object.fromEntries(FIELDS[name].map((field) => [field.key, EMPTY[field.kind]]))
  return name === 'accept' ? { ...values, accepted_on: today } : values
}

export function shown(name: FormName, values: Values): Field[] {
  return FIELDS[name].filter((field) => !field.when || values[field.when[0]] === field.when[1])
}

/** What is sent: the form under the name of its door; what is not shown is not told. */
export function body(step: string, note: string, values: Values): Pick<ManyIn, 'step' | 'note' | FormName> {
  if (!hasForm(step)) return { step, note }
  const told = Object.fromEntries(shown(step, values).map((field) => [field.key, values[field.key] ?? null]))
  return { step, note, [step]: told }
}

/** Refused ones first, then those of which there is something to say. */
export function worthTelling<T extends { done: boolean; message: string }>(rows: T[]): T[] {
  return [...rows.filter((row) => !row.done), ...rows.filter((row) => row.done && row.message)]
}
