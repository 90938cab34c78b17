/** How parcels are coloured: by the way they are used; XPCC land apart. */
import type { FeatureLike } from 'ol/Feature'
import { Fill, Stroke, Style, Text } from 'ol/style'
import type { StyleFunction } from 'ol/style/Style'
import { withAlpha } from '@/features/map/colours'

export const CORPS = '兵团用地'
const WAYS: Record<string, string> = {
  划拨: '#2b77b8', 租赁: '#b8640a', 承包: '#23794d', 流转: '#7b4fa3', 无手续占用: '#cf3f3f', [CORPS]: '#6b7280',
}
const OTHER = '#8a7a52'

export const wayColour = (way: string): string => WAYS[way] ?? OTHER

/** What the legend lists: the ways the county's list knows, then XPCC land. */
export const legendOf = (ways: readonly string[]) => [...ways, CORPS].map((way) => ({ way, colour: wayColour(way) }))

/** A parcel that was chosen on the map. */
export const chosenStyle = new Style({
  fill: new Fill({ color: 'rgba(106, 27, 154, 0.3)' }),
  stroke: new Stroke({ color: '#6a1b9a', width: 2.6 }),
})

/** The footprint of a building at the field edge. */
export const buildingStyle = new Style({
  fill: new Fill({ color: 'rgba(122, 74, 29, 0.55)' }),
  stroke: new Stroke({ color: '#7a4a1d', width: 1.6 }),
})

const INK = new Fill({ color: '#1f2d24' })
const HALO = new Stroke({ color: '#fffdf6', width: 3 })

export const parcelStyle: StyleFunction = (() => {
  const known = new Map<string, Style>()
  return (feature: FeatureLike) => {
    const way = feature.get('corps') ? CORPS : String(feature.get('class') ?? '')
    // Each parcel carries its label in one tile only, so that it is written once.
    const label = feature.get('label')
    let style = known.get(way)
    if (!style) {
      const colour = wayColour(way)
      style = new Style({
        fill: new Fill({ color: withAlpha(colour, 0.24) }),
        stroke: new Stroke({ color: colour, width: 1.4, lineDash: way === CORPS ? [6, 4] : undefined }),
      })
      known.set(way, style)
    }
    if (label) {
      return [style, new Style({ text: new Text({ text: String(label), font: '12px sans-serif', fill: INK, stroke: HALO }) })]
    }
    return style
  }
})()
