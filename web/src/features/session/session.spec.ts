import { expect, it } from 'vitest'
import { holds } from './session'

it('grants what is listed, and everything of an area with a star', () => {
  expect(holds(['layers.view'], 'layers.view')).toBe(true)
  expect(holds(['layers.view'], 'layers.publish')).toBe(false)
  expect(holds(['layers.*'], 'layers.publish')).toBe(true)
  expect(holds(['layers.*'], 'enforcement.view')).toBe(false)
  expect(holds([], 'layers.view')).toBe(false)
})
