/** A pen for one well (point) or canal (line) on a map; a new figure takes the place of the last. */
import Draw from 'ol/interaction/Draw'
import type OlMap from 'ol/Map'
import type VectorSource from 'ol/source/Vector'
import { shallowRef } from 'vue'
import { DEPTH, drawingLayer } from '@/features/map/mapLayers'
import { draftStyle } from '@/features/map/styles'
import { toGeoJson } from '@/features/map/useDrawing'

export function useSourcePen() {
  const draft = drawingLayer(draftStyle, DEPTH.drawing + 2)
  const drawn = shallowRef<unknown>(null)
  let map: OlMap | null = null
  let pen: Draw | null = null

  function attach(on: OlMap): void {
    map = on
    map.addLayer(draft)
  }
  function clear(): void {
    draft.getSource()?.clear()
    drawn.value = null
  }
  /** Take up the pen for a kind, or put it away. */
  function take(kind: 'well' | 'canal' | null): void {
    if (pen) map?.removeInteraction(pen)
    pen = null
    clear()
    if (!kind || !map) return
    pen = new Draw({ source: draft.getSource() as VectorSource, type: kind === 'well' ? 'Point' : 'LineString', style: draftStyle })
    pen.on('drawstart', clear)
    pen.on('drawend', (event) => {
      const geometry = event.feature.getGeometry()
      drawn.value = geometry ? toGeoJson(geometry) : null
    })
    map.addInteraction(pen)
  }
  return { attach, take, clear, drawn }
}
