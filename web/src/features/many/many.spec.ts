import { describe, expect, it } from 'vitest'
import { blank, body, shown, worthTelling } from './many'

describe('one form for many patches', () => {
  it('shows what the choices made ask for', () => {
    const plan = blank('plan', '2026-11-22')
    expect(shown('plan', plan).map((field) => field.key)).not.toContain('no_case_reason')
    plan.handling = 'no_case'
    plan.complete_papers = true
    expect(shown('plan', plan).map((field) => field.key)).toEqual(expect.arrayContaining(['no_case_reason', 'papers_by_linkage']))
  })

  it('sends the form under the name of its door, without what is not shown', () => {
    const plan = { ...blank('plan', ''), no_case_reason: '改了主意' }
    expect(body('plan', '', plan)).toEqual({
      step: 'plan', note: '',
      plan: { handling: 'case', demolish: false, complete_papers: false, owner: null, due_on: null },
    })
    expect(body('review', '同意', {})).toEqual({ step: 'review', note: '同意' })
  })

  it('accepts on the day it is entered, unless told otherwise', () => {
    expect(blank('accept', '2026-11-22').accepted_on).toBe('2026-11-22')
  })

  it('tells of refusals first and leaves out what went through without a word', () => {
    const rows = [{ done: true, message: '' }, { done: true, message: '复耕 1.00 亩' }, { done: false, message: '不行' }]
    expect(worthTelling(rows).map((row) => row.message)).toEqual(['不行', '复耕 1.00 亩'])
  })
})
