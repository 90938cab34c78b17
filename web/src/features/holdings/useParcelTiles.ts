/** The parcels of a day as a layer of any map. */
import type OlMap from 'ol/Map'
import { onBeforeUnmount, ref, watch } from 'vue'
import { DEPTH, tileLayer } from '@/features/map/mapLayers'
import type { TileLayerOfVersion } from '@/features/map/mapLayers'
import { parcelStyle } from './colours'

export function useParcelTiles(day: () => string) {
  let layer: TileLayerOfVersion | null = null
  let map: OlMap | null = null
  /** The code of the parcel under the pointer. */
  const under = ref('')

  function draw(): void {
    if (layer) map?.removeLayer(layer)
    const asOf = day() ? `?as_of=${encodeURIComponent(day())}` : ''
    layer = tileLayer(`/api/holdings/tiles/{z}/{x}/{y}.mvt${asOf}`, parcelStyle, DEPTH.patches)
    map?.addLayer(layer)
  }

  /** Lay the parcels on a map and say which one was clicked. */
  function attach(on: OlMap, clicked: (parcel: number) => void): void {
    map = on
    draw()
    const found = (pixel: number[]) => on.getFeaturesAtPixel(pixel, { layerFilter: (one) => one === layer, hitTolerance: 2 })[0]
    on.on('singleclick', (event) => {
      const hit = found(event.pixel)
      if (hit) clicked(Number(hit.get('id') ?? hit.getId()))
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
  onBeforeUnmount(() => {
    map = null
    layer = null
  })
  return { attach, refresh: draw, under }
}
