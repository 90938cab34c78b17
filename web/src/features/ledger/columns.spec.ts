import { expect, it } from 'vitest'
import type { LedgerColumn } from '@/api/types'
import { arranged, asDeclared, changedColumn, moved, toggled } from './columns'

const columns = ['a', 'b', 'c'].map((name) => ({ name, label: name, width: 100, fixed: name === 'a' })) as LedgerColumn[]
const names = (choices: { name: string }[]) => choices.map((choice) => choice.name).join('')

it('starts as the ledger declares', () => {
  expect(asDeclared(columns).map((choice) => choice.pin)).toEqual(['left', null, null])
})

it('hides a column and puts it back where the ledger has it, but never hides the last', () => {
  const two = toggled(columns, asDeclared(columns), 'b')
  expect(names(two)).toBe('ac')
  expect(names(toggled(columns, two, 'b'))).toBe('abc')
  expect(names(toggled(columns, [{ name: 'a', width: null, pin: null }], 'a'))).toBe('a')
})

it('moves, widens and pins', () => {
  expect(names(moved(asDeclared(columns), 'c', 'a'))).toBe('cab')
  expect(names(moved(asDeclared(columns), 'a', 'c'))).toBe('bca')
  const wide = changedColumn(asDeclared(columns), 'b', { width: 300, pin: 'right' })
  expect(arranged(columns, wide).map((column) => [column.name, column.width, column.pin])).toEqual([
    ['a', 100, 'left'], ['b', 300, 'right'], ['c', 100, null],
  ])
  expect(arranged(columns, [{ name: 'gone', width: null, pin: null }])).toEqual([])
})
