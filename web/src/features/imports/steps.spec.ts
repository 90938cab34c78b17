import { describe, expect, it } from 'vitest'
import { isOpen, isWorking, mappingProblems, sample, stepOf } from './steps'

const targets = [
  { name: 'number', label: '监测编号', required: true, help: '' },
  { name: 'remark', label: '备注', required: false, help: '' },
]

describe('the steps of an import', () => {
  it('begin with the file and never skip the confirmation', () => {
    expect(stepOf(null)).toBe(0)
    expect(stepOf({ status: 'uploaded' })).toBe(1)
    expect(stepOf({ status: 'checked' })).toBe(2)
    expect(stepOf({ status: 'accepting' })).toBe(3)
  })

  it('stay on the list until they are done or given up', () => {
    const statuses = ['uploaded', 'checking', 'checked', 'accepting', 'done', 'discarded', 'failed'] as const
    expect(statuses.filter((status) => isOpen({ status }))).toEqual([
      'uploaded', 'checking', 'checked', 'accepting', 'failed',
    ])
  })

  it('are watched only while the server works', () => {
    expect(isWorking({ status: 'checking' })).toBe(true)
    expect(isWorking({ status: 'checked' })).toBe(false)
    expect(isWorking(null)).toBe(false)
  })
})

describe('a mapping', () => {
  it('must give every required field', () => {
    expect(mappingProblems(targets, { number: null, remark: 'BZ' })).toEqual([
      { key: 'imports.requiredTarget', named: { label: '监测编号' } },
    ])
  })

  it('must not use one field of the file twice', () => {
    expect(mappingProblems(targets, { number: 'BH', remark: 'BH' })).toEqual([
      { key: 'imports.duplicateSource', named: { field: 'BH', labels: '监测编号、备注' } },
    ])
  })

  it('may leave out what is not required', () => {
    expect(mappingProblems(targets, { number: 'BH' })).toEqual([])
  })

  it('shows the first value that says something', () => {
    expect(sample([{}, { BZ: '' }, { BZ: '0' }], 'BZ')).toBe('0')
    expect(sample([{ BZ: 'x' }], null)).toBe('')
  })
})
