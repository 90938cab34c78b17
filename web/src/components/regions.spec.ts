import { expect, it } from 'vitest'
import type { Region } from '@/api/types'
import { buildTree, matchesRegion } from './regions'

const region = (code: string, parent: string | null): Region => ({
  code, parent, name: code, level: 'township', bounds: null, pinyin: '', below: 0,
})

it('makes a tree of the flat list, in its order', () => {
  const [root] = buildTree([region('150823', null), region('150823100', '150823'), region('150823101', '150823')])
  expect(root?.children.map((child) => child.code)).toEqual(['150823100', '150823101'])
})

it('shows a township as the root to someone who sees only his township', () => {
  expect(buildTree([region('150823100', '150823')]).map((node) => node.code)).toEqual(['150823100'])
})

it('finds a region by name, code, full pinyin and initials', () => {
  const town = { code: '150823100', name: '柳塘镇', pinyin: 'ltz liutangzhen' }
  for (const text of ['柳塘', '150823', 'LTZ', 'liutang', '']) expect(matchesRegion(text, town)).toBe(true)
  expect(matchesRegion('0823', town)).toBe(false)
  expect(matchesRegion('青石', town)).toBe(false)
})
