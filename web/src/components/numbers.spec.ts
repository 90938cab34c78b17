import { describe, expect, it } from 'vitest'
import { holdsNumber } from './numbers'

describe('whole personal numbers in a text', () => {
  it.each(['13800000000', '来电 138-0000-0000', '１３８００００００００', '+86 13800000000'])('finds %s', (text) => {
    expect(holdsNumber(text)).toBe(true)
  })
  it.each(['', '石桥村', '1380000000', '138000000000', '91990121MA00000000', '2026-03-31'])('leaves %s', (text) => {
    expect(holdsNumber(text)).toBe(false)
  })
  it('knows an identity number by its check character', () => {
    const first = '99012119900101001'
    const found = [...'0123456789X'].filter((last) => holdsNumber(first + last))
    expect(found).toHaveLength(1)
  })
})
