import { expect, it } from 'vitest'
import { entryOf } from './menu'

it('lights up the nearest line above a page', () => {
  expect(entryOf('/patches/12')).toBe('/patches')
  expect(entryOf('/books/journal')).toBe('/books/journal')
  expect(entryOf('/books/entries/3')).toBe('/books')
  expect(entryOf('/returns/compare')).toBe('/returns/compare')
  expect(entryOf('/')).toBe('/')
  expect(entryOf('/account')).toBe('')
})
