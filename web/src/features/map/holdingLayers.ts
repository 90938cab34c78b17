/** OpenLayers layers of parcels, buildings, canals and wells: tiles only, however many there are. */
import type { FeatureLike } from 'ol/Feature'
import type OlMap from 'ol/Map'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style'
import type { StyleFunction } from 'ol/style/Style'
import { withAlpha } from './colours'
import type { HoldingLayer, HoldingsState } from './useHoldings'
import { DEPTH, tileLayer } from './mapLayers'
import type { TileLayerOfVersion } from './mapLayers'

const UNKNOWN = '#8a7a52'
const CORPS = '兵团用地'
export const WATER = '#0b62a8'
export const CANAL = '#2f9bd6'
export const BUILDING = '#7a4a1d'
const CANAL_WIDTH: Record<string, number> = { main: 4, branch: 3, lateral: 2, field: 1.3 }
const TILES: Record<HoldingLayer, string> = {
  parcels: '/api/holdings/tiles/{z}/{x}/{y}.mvt',
  buildings: '/api/holdings/buildings/tiles/{z}/{x}/{y}.mvt',
  canals: '/api/holdings/water/tiles/{z}/{x}/{y}.mvt',
  wells: '/api/holdings/water/tiles/{z}/{x}/{y}.mvt',
}
const HEIGHT: Record<HoldingLayer, number> = { parcels: 1, buildings: 2, canals: 3, wells: 4 }
/** What of the address asks the server for a click. */
const ASKED: Record<HoldingLayer, keyof ClickedHoldings> = { parcels: 'parcels', buildings: 'buildings', canals: 'sources', wells: 'sources' }

export interface ClickedHoldings {
  parcels: number[]
  sources: number[]
  buildings: number[]
}

/** Metres per pixel beyond which wells are dots without names. */
const NAMES_WITHIN = 6

const ink = new Fill({ color: '#1f2d24' })
const halo = new Stroke({ color: '#fffdf6', width: 3 })
const named = (text: string, offsetY = 0) => new Text({ text, font: '12px sans-serif', fill: ink, stroke: halo, offsetY })

/** Parcels by their class; `colours` gives the colour of each. */
export function parcelStyles(colours: ReadonlyMap<string, string>): StyleFunction {
  const known = new Map<string, Style>()
  return (feature: FeatureLike) => {
    const name = String(feature.get('class') ?? '')
    let style = known.get(name)
    if (!style) {
      const colour = colours.get(name) ?? UNKNOWN
      style = new Style({
        fill: new Fill({ color: withAlpha(colour, 0.3) }),
        stroke: new Stroke({ color: colour, width: 1.4, lineDash: name === CORPS ? [6, 4] : undefined }),
      })
      known.set(name, style)
    }
    const label = feature.get('label')
    return label ? [style, new Style({ text: named(String(label)) })] : style
  }
}

const footprint = new Style({
  fill: new Fill({ color: withAlpha(BUILDING, 0.55) }),
  stroke: new Stroke({ color: BUILDING, width: 1.4 }),
})

/** Wells of a tile that has canals too are drawn by their own layer, and the other way round. */
const ofLayer = (name: string, style: StyleFunction): StyleFunction => (feature, resolution) =>
  feature.get('layer') === name ? style(feature, resolution) : undefined

const canalStyle: StyleFunction = (feature, resolution) => {
  const width = CANAL_WIDTH[String(feature.get('level'))] ?? 1.6
  return new Style({
    stroke: new Stroke({ color: CANAL, width }),
    ...(resolution < NAMES_WITHIN ? { text: new Text({ text: String(feature.get('name') ?? ''), placement: 'line', font: '12px sans-serif', fill: new Fill({ color: WATER }), stroke: halo }) } : {}),
  })
}

const wellStyle: StyleFunction = (feature, resolution) => {
  const many = Number(feature.get('count') ?? 1)
  const closed = Boolean(feature.get('closed'))
  const text = many > 1 ? String(many) : resolution < NAMES_WITHIN ? String(feature.get('code') ?? '') : ''
  return new Style({
    image: new Circle({
      radius: many > 1 ? 8 : resolution < NAMES_WITHIN ? 6 : 3.5,
      fill: new Fill({ color: closed ? '#ffffff' : WATER }),
      stroke: new Stroke({ color: closed ? WATER : '#ffffff', width: 1.6 }),
    }),
    ...(text ? { text: named(text, -14) } : {}),
  })
}

/** Keeps the layers on a map equal to what is wanted. */
export function holdingLayers(map: OlMap, watched: (layer: TileLayerOfVersion) => TileLayerOfVersion) {
  const drawn = new Map<HoldingLayer, { layer: TileLayerOfVersion; by: string }>()

  function made(name: HoldingLayer, state: HoldingsState, colours: ReadonlyMap<string, string>): TileLayerOfVersion {
    const style = { parcels: parcelStyles(colours), buildings: () => footprint, canals: ofLayer('canals', canalStyle), wells: ofLayer('wells', wellStyle) }[name]
    const url = name === 'parcels' ? `${TILES[name]}?by=${state.by}` : TILES[name]
    return watched(tileLayer(url, style, DEPTH.holdings + HEIGHT[name]))
  }

  function sync(state: HoldingsState, colours: ReadonlyMap<string, string>): void {
    for (const [name, { layer, by }] of drawn) {
      if (state.on.includes(name) && (name !== 'parcels' || by === `${state.by}/${colours.size}`)) continue
      map.removeLayer(layer)
      drawn.delete(name)
    }
    for (const name of state.on) {
      if (drawn.has(name)) continue
      const layer = made(name, state, colours)
      drawn.set(name, { layer, by: `${state.by}/${colours.size}` })
      map.addLayer(layer)
    }
    drawn.get('parcels')?.layer.setOpacity(state.opacity)
  }

  /** What of the register lies at a pixel; a class of a crowded tile is no thing of its own. */
  function under(pixel: number[]): ClickedHoldings {
    const found: ClickedHoldings = { parcels: [], sources: [], buildings: [] }
    for (const [name, { layer }] of drawn) {
      const hits = map.getFeaturesAtPixel(pixel, { layerFilter: (one) => one === layer, hitTolerance: 4 })
      for (const hit of hits) {
        const id = Number(hit.get('id'))
        const keys = found[ASKED[name]]
        if (!hit.get('general') && Number(hit.get('count') ?? 1) === 1 && Number.isFinite(id) && !keys.includes(id)) keys.push(id)
      }
    }
    return found
  }
  return { sync, under }
}
