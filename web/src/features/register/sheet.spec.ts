import { describe, expect, it } from 'vitest'
import type { CropSheet } from '@/api/types'
import type { Entry } from './sheet'
import { changed, entriesOf, faultOf, fillAll, sums, takeOver, toSend } from './sheet'

const sheet = (): CropSheet => ({
  region: '990121100201', region_name: '柳塘村', year: 2024, season: '春播',
  rows: [
    { parcel_id: 1, code: '1', place: '', holder: '', area_mu: 15, sown: [{ crop: '棉花', area_mu: 10 }], last: [] },
    { parcel_id: 2, code: '2', place: '', holder: '', area_mu: 8, sown: [], last: [{ crop: '小麦', area_mu: 9 }] },
    { parcel_id: 3, code: '3', place: '', holder: '', area_mu: 5, sown: [], last: [] },
  ],
})

const [nobody] = entriesOf({ ...sheet(), rows: sheet().rows.slice(2) }) as [Entry]

describe('the table of a village', () => {
  it('sends only what changed, with what was shown before', () => {
    const entries = entriesOf(sheet())
    expect(toSend(entries)).toEqual([])
    const [first = nobody] = entries
    first.sown = [{ crop: '棉花', area_mu: 12 }]
    expect(changed(first)).toBe(true)
    expect(toSend(entries)).toEqual([{ parcel_id: 1, sown: [{ crop: '棉花', area_mu: 12 }], was: [{ crop: '棉花', area_mu: 10 }] }])
  })

  it('takes over last year where nothing is said and points at what no longer fits', () => {
    const entries = entriesOf(sheet())
    expect(takeOver(entries)).toBe(1)
    expect(entries.map(faultOf)).toEqual(['', 'tooLarge', ''])
    expect(fillAll(entries, '玉米')).toBe(1)
    expect(sums(entries)).toEqual([{ crop: '棉花', area: 10 }, { crop: '小麦', area: 9 }, { crop: '玉米', area: 5 }])
  })

  it('wants crop and area together and each crop once', () => {
    const [entry = nobody] = entriesOf(sheet())
    entry.sown.push({ crop: '玉米', area_mu: null })
    expect(faultOf(entry)).toBe('incomplete')
    entry.sown[1] = { crop: '棉花', area_mu: 1 }
    expect(faultOf(entry)).toBe('twice')
  })
})
