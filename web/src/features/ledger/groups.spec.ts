import { expect, it } from 'vitest'
import type { LedgerGroup } from '@/api/types'
import { crossed, deeper } from './groups'

it('goes from township to village and no further', () => {
  expect(deeper('region:township')).toBe('region:village')
  expect(deeper('region:village')).toBeNull()
  expect(deeper('judgement')).toBeNull()
})

it('crosses two dimensions with sums that have no binary tail', () => {
  const group = (row: string, column: string, sum: number): LedgerGroup => ({
    keys: [row, column], labels: [row, column], parts: [{ region: row }, { outcome: column }], narrow: {}, count: 1, sums: { mu: sum },
  })
  const table = crossed([group('a', 'x', 0.1), group('a', 'y', 0.2), group('b', 'x', 0.7)], [['a', 'b'], ['y', 'x']])
  expect(table.rows.map((row) => [row.label, row.count, row.sums['mu'], row.narrow])).toEqual([
    ['a', 2, 0.3, { region: 'a' }],
    ['b', 1, 0.7, { region: 'b' }],
  ])
  expect(table.columns.map((column) => column.sums['mu'])).toEqual([0.2, 0.8])
  expect(table.cells.get('b\nx')?.count).toBe(1)
  expect(table.cells.get('b\ny')).toBeUndefined()
})
