import { describe, expect, it } from 'vitest'
import { readLayers, readView, writeLayers, writeView } from './permalink'

describe('the map in the address bar', () => {
  it('comes back as it was written', () => {
    const view = { center: [112.123457, 30.5] as [number, number], zoom: 14.25 }
    expect(readView({ at: writeView(view) })).toEqual(view)
    const layers = { versions: [3, 17], patches: true }
    expect(readLayers({ on: writeLayers(layers) })).toEqual(layers)
  })

  it('tells nothing asked for from everything off', () => {
    expect(readLayers({})).toBeNull()
    expect(readLayers({ on: '' })).toEqual({ versions: [], patches: false })
  })

  it.each(['', '1,2', '1,2,3,4', 'a,b,c', '200,30,12', '112,95,12', '112,30,99'])(
    'ignores the unusable view %j',
    (at) => {
      expect(readView({ at })).toBeNull()
    },
  )

  it('ignores names of layers it does not know', () => {
    expect(readLayers({ on: '5,x,-1,2.5,patches' })).toEqual({ versions: [5], patches: true })
  })

  it('reads the first of a repeated parameter', () => {
    expect(readView({ at: ['112,30,12', '1,1,1'] })?.center).toEqual([112, 30])
  })
})
