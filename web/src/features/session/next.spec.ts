import { expect, it } from 'vitest'
import { safeNext } from './next'

it('comes back to where the user wanted to go', () => {
  expect(safeNext('/patches?stage=received')).toBe('/patches?stage=received')
})

it('never leads to another site or back to the sign-in page', () => {
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', '/login', undefined, ['/a']])
    expect(safeNext(next)).toBe('/')
})
