import { describe, expect, it } from 'vitest'
import { readLayers, readSelected, readSwipe, readView, writeLayers, writeLink, writeView } from './permalink'
import type { HoldingLayer } from './useHoldings'

describe('the map in the address bar', () => {
  it('comes back as it was written', () => {
    const view = { center: [112.123457, 30.5] as [number, number], zoom: 14.25 }
    expect(readView({ at: writeView(view) })).toEqual(view)
    const layers = { versions: [3, 17], patches: true }
    expect(readLayers({ on: writeLayers(layers) })).toMatchObject(layers)
  })

  it('tells nothing asked for from everything off', () => {
    expect(readLayers({})).toBeNull()
    expect(readLayers({ on: '' })).toMatchObject({ versions: [], patches: false })
  })

  it.each(['', '1,2', '1,2,3,4', 'a,b,c', '200,30,12', '112,95,12', '112,30,99'])(
    'ignores the unusable view %j',
    (at) => {
      expect(readView({ at })).toBeNull()
    },
  )

  it('ignores names of layers it does not know', () => {
    expect(readLayers({ on: '5,x,-1,2.5,patches' })).toMatchObject({ versions: [5], patches: true })
  })

  it('reads the first of a repeated parameter', () => {
    expect(readView({ at: ['112,30,12', '1,1,1'] })?.center).toEqual([112, 30])
  })
})

describe('a whole link', () => {
  it('comes back as it was written', () => {
    const link = {
      view: { center: [110.5, 34.25] as [number, number], zoom: 14.5 },
      layers: { versions: [7, 3], patches: true, opacity: { 7: 0.4, 0: 0.8 }, base: 'img', holdings: { on: ['parcels', 'wells'] as HoldingLayer[], by: 'arrears' } },
      swipe: { left: 7, right: 3, at: 0.35 },
      selected: [110.501, 34.251] as [number, number],
    }
    const query = writeLink(link)
    expect(readView(query)).toEqual(link.view)
    expect(readLayers(query)).toEqual(link.layers)
    expect(readSwipe(query)).toEqual(link.swipe)
    expect(readSelected(query)).toEqual(link.selected)
  })

  it('leaves out what is not set and takes no nonsense', () => {
    const view = { center: [110, 34] as [number, number], zoom: 10 }
    const layers = { versions: [], patches: false }
    expect(Object.keys(writeLink({ view, layers, swipe: null, selected: null }))).toEqual(['at', 'on'])
    expect(readSwipe({ swipe: '7--50' })).toBeNull()
    expect(readSwipe({ swipe: '7-0-50' })).toBeNull()
    expect(readSelected({ pick: '500,34' })).toBeNull()
  })
})
