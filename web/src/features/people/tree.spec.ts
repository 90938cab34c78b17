import { expect, it } from 'vitest'
import type { Office } from '@/api/types'
import { officeTree } from './tree'

const office = (id: number, parent_id: number | null): Office => ({
  id, parent_id, code: String(id), name: `机构${id}`, kind: 'bureau', kind_label: '县局',
  region: { code: '990121', name: '青禾县' }, is_active: true, staff: 0,
})
const offices = [office(1, null), office(2, 1), office(3, 2), office(4, 9)]

it('hangs offices under their parents, and those of unknown parents at the root', () => {
  const roots = officeTree(offices)
  expect(roots.map((node) => node.id)).toEqual([1, 4])
  expect(roots[0]?.children[0]?.children[0]?.id).toBe(3)
})

it('leaves out an office with what hangs directly under it, as places it cannot move to', () => {
  const ids = (nodes: ReturnType<typeof officeTree>): number[] => nodes.flatMap((n) => [n.id, ...ids(n.children)])
  expect(ids(officeTree(offices, 2))).toEqual([1, 4])
})
