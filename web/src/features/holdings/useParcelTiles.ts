/** The parcels of a day as a layer of any map. */
import type { FeatureLike } from 'ol/Feature'
import type OlMap from 'ol/Map'
import type RenderFeature from 'ol/render/Feature'
import type VectorTile from 'ol/VectorTile'
import type { StyleFunction } from 'ol/style/Style'
import { onBeforeUnmount, ref, watch } from 'vue'
import { DEPTH, tileLayer } from '@/features/map/mapLayers'
import type { TileLayerOfVersion } from '@/features/map/mapLayers'
import { chosenStyle, parcelStyle } from './colours'

const NOBODY = new Set<number>()
const idOf = (feature: FeatureLike): number => Number(feature.get('id') ?? feature.getId())

/** `chosen`: parcels that are marked, by their ids. */
export function useParcelTiles(day: () => string, chosen: () => ReadonlySet<number> = () => NOBODY) {
  let layer: TileLayerOfVersion | null = null
  let map: OlMap | null = null
  /** The code of the parcel under the pointer. */
  const under = ref('')
  /** The view is so wide that parcels are shown in groups (see the server's `general`). */
  const general = ref(false)
  let deepestGeneral = -1

  const style: StyleFunction = (feature, resolution) =>
    chosen().has(idOf(feature)) ? chosenStyle : parcelStyle(feature, resolution)

  function draw(): void {
    if (layer) map?.removeLayer(layer)
    const asOf = day() ? `?as_of=${encodeURIComponent(day())}` : ''
    const made = tileLayer(`/api/holdings/tiles/{z}/{x}/{y}.mvt${asOf}`, style, DEPTH.patches)
    layer = made
    map?.addLayer(made)
    made.getSource()?.on('tileloadend', (event) => {
      const tile = event.tile as VectorTile<RenderFeature>
      if (!tile.getFeatures()?.some((feature) => feature.get('general'))) return
      deepestGeneral = Math.max(deepestGeneral, tile.getTileCoord()[0] ?? -1)
      lookHowWide()
    })
  }

  function lookHowWide(): void {
    const zoom = map?.getView().getZoom() ?? 20
    general.value = Math.floor(zoom) - 1 <= deepestGeneral
  }

  /** Lay the parcels on a map and say which one was clicked. */
  function attach(on: OlMap, clicked: (parcel: number, code: string) => void): void {
    map = on
    draw()
    const found = (pixel: number[]) => on.getFeaturesAtPixel(pixel, { layerFilter: (one) => one === layer, hitTolerance: 2 })[0]
    on.on('moveend', lookHowWide)
    on.on('singleclick', (event) => {
      const hit = found(event.pixel)
      if (hit && !hit.get('general')) clicked(idOf(hit), String(hit.get('code') ?? ''))
    })
    on.on('pointermove', (event) => {
      const element = on.getTargetElement()
      if (!element || event.dragging) return
      const hit = found(event.pixel)
      under.value = String(hit?.get('code') ?? '')
      element.style.cursor = hit ? 'pointer' : ''
    })
  }

  watch(day, draw)
  watch(chosen, () => layer?.changed())
  onBeforeUnmount(() => {
    map = null
    layer = null
  })
  return { attach, refresh: draw, under, general }
}
