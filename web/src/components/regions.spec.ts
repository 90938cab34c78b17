import { expect, it } from 'vitest'
import type { Region } from '@/api/types'
import { buildTree, codesAbove, isWhole, matchesRegion, visibleNodes } from './regions'

const region = (code: string, parent: string | null, below = 0): Region => ({
  code, parent, name: code, level: 'township', bounds: null, pinyin: '', below,
})

it('makes a tree of the flat list, in its order', () => {
  const [root] = buildTree([region('150823', null), region('150823100', '150823'), region('150823101', '150823')])
  expect(root?.children.map((child) => child.code)).toEqual(['150823100', '150823101'])
})

it('shows a township as the root to someone who sees only his township', () => {
  expect(buildTree([region('150823100', '150823')]).map((node) => node.code)).toEqual(['150823100'])
})

it('leaves a place for what is not fetched yet, until it is', () => {
  const town = region('150823100', null, 1)
  expect(isWhole([town])).toBe(false)
  expect(buildTree([town])[0]?.children.map((child) => child.waiting)).toEqual([true])
  const whole = [town, region('150823100201', '150823100')]
  expect(isWhole(whole)).toBe(true)
  expect(buildTree(whole)[0]?.children.map((child) => child.waiting)).toEqual([undefined])
})

it('walks what is open from top to bottom', () => {
  const nodes = buildTree([region('150823', null, 1), region('150823100', '150823', 1), region('150823100201', '150823100')])
  expect(visibleNodes(nodes, new Set(['150823'])).map((node) => node.code)).toEqual(['150823', '150823100'])
})

it('knows the codes above a group', () => {
  expect(codesAbove('15082310020103')).toEqual(['150823100201', '150823100', '150823', '1508', '15'])
})

it('finds a region by name, code, full pinyin and initials', () => {
  const town = { code: '150823100', name: '柳塘镇', pinyin: 'ltz liutangzhen' }
  for (const text of ['柳塘', '150823', 'LTZ', 'liutang', '']) expect(matchesRegion(text, town)).toBe(true)
  expect(matchesRegion('0823', town)).toBe(false)
  expect(matchesRegion('青石', town)).toBe(false)
})
