import { expect, it } from 'vitest'
import { emptyForm, queryOf } from './query'

it('asks only for what is filled in', () => {
  expect(queryOf(emptyForm())).toEqual({})
  const time: [Date, Date] = [new Date('2026-03-01T00:00:00+08:00'), new Date('2026-03-02T00:00:00+08:00')]
  expect(queryOf({ ...emptyForm(), time, person: ' 张示例 ', success: 'false' })).toEqual({
    since: '2026-02-28T16:00:00.000Z',
    until: '2026-03-01T16:00:00.000Z',
    person: '张示例',
    success: false,
  })
})
