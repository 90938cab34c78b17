/** Measuring on the map: length by great circles, area by the official survey formula. */
import type OlMap from 'ol/Map'
import type Feature from 'ol/Feature'
import { LineString, Polygon } from 'ol/geom'
import type { Geometry } from 'ol/geom'
import Draw from 'ol/interaction/Draw'
import { getLength } from 'ol/sphere'
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { DEPTH, drawingLayer, LONLAT, MAP_CRS } from './mapLayers'
import { measureStyle } from './styles'
import { roundArea, surveyArea, toMu } from './surveyArea'

export type MeasureKind = 'length' | 'area'

export interface Measurement {
  kind: MeasureKind
  /** length or perimeter */
  metres: number
  squareMetres: number
  mu: number
}

/** Figures of a geometry drawn in web mercator. */
export function measure(geometry: Geometry): Measurement {
  if (geometry instanceof Polygon) {
    const lonLat = geometry.clone().transform(MAP_CRS, LONLAT) as Polygon
    const squareMetres = roundArea(surveyArea(lonLat.getCoordinates()))
    const outline = new LineString(geometry.getLinearRing(0)?.getCoordinates() ?? [])
    return {
      kind: 'area',
      metres: getLength(outline),
      squareMetres,
      mu: roundArea(toMu(squareMetres)),
    }
  }
  return { kind: 'length', metres: getLength(geometry), squareMetres: 0, mu: 0 }
}

export function useMeasure(map: ShallowRef<OlMap | null>) {
  const kind = ref<MeasureKind | null>(null)
  const current = shallowRef<Measurement | null>(null)
  const layer = drawingLayer(measureStyle, DEPTH.measure)
  const drawing = ref(false)
  let interaction: Draw | null = null

  function follow(sketch: Feature): void {
    sketch.getGeometry()?.on('change', (event) => {
      current.value = measure(event.target as Geometry)
    })
  }

  function start(wanted: MeasureKind): void {
    stop()
    if (!map.value) return
    kind.value = wanted
    const draw = new Draw({
      source: layer.getSource() ?? undefined,
      type: wanted === 'area' ? 'Polygon' : 'LineString',
      style: measureStyle,
    })
    draw.on('drawstart', (event) => {
      layer.getSource()?.clear()
      drawing.value = true
      follow(event.feature)
    })
    draw.on('drawend', (event) => {
      drawing.value = false
      const geometry = event.feature.getGeometry()
      if (geometry) current.value = measure(geometry)
    })
    interaction = draw
    map.value.addInteraction(draw)
  }

  /** Leave measuring; what has been measured stays until it is cleared. */
  function stop(): void {
    if (interaction) map.value?.removeInteraction(interaction)
    if (drawing.value) current.value = null
    interaction = null
    drawing.value = false
    kind.value = null
  }

  function clear(): void {
    stop()
    layer.getSource()?.clear()
    current.value = null
  }

  function toggle(wanted: MeasureKind): void {
    if (kind.value === wanted) stop()
    else start(wanted)
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && kind.value) stop()
  }

  watch(map, (now, before) => {
    before?.removeLayer(layer)
    now?.addLayer(layer)
  })
  window.addEventListener('keydown', onKey)
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))

  return { kind, current, active: computed(() => kind.value !== null), toggle, stop, clear }
}
