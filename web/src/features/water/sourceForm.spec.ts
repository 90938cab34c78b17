import { describe, expect, it } from 'vitest'
import { asSent, emptySource } from './sourceForm'

describe('what is sent of a source', () => {
  it('leaves out of a canal what only wells have', () => {
    const sent = asSent({ ...emptySource(), kind: 'canal', level: 'field', permit: 'x', depth_m: 12, pump_m3h: 3 })
    expect(sent).toMatchObject({ level: 'field', permit: '', depth_m: null, pump_m3h: null })
  })
  it('leaves out of a well what only canals have', () => {
    const sent = asSent({ ...emptySource(), level: 'field', parent_id: 3, permit: 'x' })
    expect(sent).toMatchObject({ level: '', parent_id: null, permit: 'x' })
  })
})
