import { expect, it } from 'vitest'
import { i18n } from '.'

type Tree = { [key: string]: string | Tree }

function texts(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : texts(value, `${prefix}${key}.`),
  )
}
const zh = new Map(texts(i18n.global.getLocaleMessage('zh-CN') as Tree))
const en = new Map(texts(i18n.global.getLocaleMessage('en') as Tree))

it('has every text in both languages', () => {
  expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
})

it('names the same values in both languages', () => {
  const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
  for (const [key, text] of zh) expect([key, names(en.get(key) ?? '')]).toEqual([key, names(text)])
})

it('writes Chinese with Chinese punctuation', () => {
  const odd = [...zh].filter(([, text]) => /[\u4e00-\u9fff）”}][,;:?!]/.test(text))
  expect(odd).toEqual([])
})

it('writes so in the texts that stand in the code as well', () => {
  const sources = import.meta.glob<string>(['../**/*.vue', '../**/*.ts', '!../**/*.spec.ts'], {
    eager: true, query: '?raw', import: 'default',
  })
  expect(Object.keys(sources).length).toBeGreaterThan(80)
  const odd = Object.entries(sources).flatMap(([file, source]) =>
    (source.match(/.*[\u4e00-\u9fff）”}][,;:?!] ?[\u4e00-\u9fff“].*/g) ?? []).map((line) => `${file}: ${line}`),
  )
  expect(odd).toEqual([])
})
