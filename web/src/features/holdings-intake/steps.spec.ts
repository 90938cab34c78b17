import { describe, expect, it } from 'vitest'
import type { IntakeTarget } from '@/api/types'
import { groupsOf, missing, sample, stepOf, usedTwice } from './steps'

const target = (name: string, group: string, needed = false): IntakeTarget =>
  ({ name, label: name, group, help: '', coded: false, constant: false, needed, choices: [] })
const TARGETS = [target('name', '权利人'), target('code', '地块', true), target('way', '地块', true)]

describe('the steps of an import of a ledger', () => {
  it('stand where the import stands', () => {
    expect(stepOf(null)).toBe(0)
    expect(stepOf({ status: 'uploaded', matched: false })).toBe(1)
    expect(stepOf({ status: 'uploaded', matched: true })).toBe(2)
    expect(stepOf({ status: 'failed', matched: true })).toBe(3)
    expect(stepOf({ status: 'done', matched: true })).toBe(4)
  })

  it('ask for a column or a fixed value of what is needed, for the code only where rows are found by it', () => {
    expect(missing(TARGETS, {}, {}, true).map((one) => one.name)).toEqual(['code', 'way'])
    expect(missing(TARGETS, { code: '编码' }, { way: '承包' }, true)).toEqual([])
    expect(missing(TARGETS, {}, { way: '承包' }, false)).toEqual([])
  })

  it('tell a column that was given to two targets', () => {
    expect(usedTwice({ name: '姓名', code: '编号', way: '编号', note: null })).toEqual(['编号'])
  })

  it('group the targets and show a value of a column', () => {
    expect(groupsOf(TARGETS).map((group) => [group.name, group.targets.length])).toEqual([['权利人', 1], ['地块', 2]])
    expect(sample([{ a: '' }, { a: '柳塘' }], 'a')).toBe('柳塘')
    expect(sample([{ a: 'x' }], null)).toBe('')
  })
})
