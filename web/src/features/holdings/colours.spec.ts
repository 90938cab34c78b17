import { describe, expect, it } from 'vitest'
import { CORPS, legendOf, wayColour } from './colours'

describe('colours of parcels', () => {
  it('lists every way once, with XPCC land last', () => {
    const legend = legendOf(['承包', '租赁', '本县自定'])
    expect(legend.map((one) => one.way)).toEqual(['承包', '租赁', '本县自定', CORPS])
    expect(new Set(legend.map((one) => one.colour)).size).toBe(4)
  })

  it('gives a way of the county’s own list a colour of its own kind', () => {
    expect(wayColour('本县自定')).toBe(wayColour('另一种'))
    expect(wayColour('承包')).not.toBe(wayColour('无手续占用'))
  })
})
