import { expect, it } from 'vitest'
import type { PackAmount, PackEntry } from '@/api/types'
import { isUnsure, matching, sides } from './entries'

const amount = (text: string, rest: Partial<PackAmount> = {}): PackAmount => ({
  text, since: null, until: null, document: '《方案》', article: '二.(八)', summary: '', sureness: '原文',
  sureness_note: '', local: false, in_force: true, ...rest,
})
const entry = (key: string, label: string, ...amounts: PackAmount[]): PackEntry => ({
  key, label, unit: '亩', kind: '数', group: 'enforcement', amounts,
})
const key = entry('a.key_patch', '重点图斑耕地面积', amount('50'))
const sliver = entry('a.sliver', '细碎容差', amount('2.5', { local: true, sureness: '本县' }), amount('1', { sureness: '默认', in_force: false }))
const photos = entry('a.photos', '照片张数', amount('4', { sureness: '默认' }))
const all = [key, sliver, photos]

it('finds a value by name, key, clause and amount', () => {
  for (const text of ['重点', 'key_patch', '50']) expect(matching(all, { text, own: false, unsure: false })).toEqual([key])
  expect(matching(all, { text: '二.(八)', own: false, unsure: false })).toEqual(all)
})

it('takes a value the county has settled for confirmed', () => {
  expect(all.map(isUnsure)).toEqual([false, false, true])
  expect(matching(all, { text: '', own: true, unsure: false })).toEqual([sliver])
  expect(matching(all, { text: '', own: false, unsure: true })).toEqual([photos])
})

it('puts the county beside the pack', () => {
  expect(sides(sliver).own.map((one) => one.text)).toEqual(['2.5'])
  expect(sides(sliver).given.map((one) => one.text)).toEqual(['1'])
})
