/** Measuring on the map: length by geodesics, area by the official survey formula. */
import type OlMap from 'ol/Map'
import type Feature from 'ol/Feature'
import { LineString, MultiLineString, MultiPolygon, Polygon } from 'ol/geom'
import type { Geometry } from 'ol/geom'
import Draw from 'ol/interaction/Draw'
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { DEPTH, drawingLayer, LONLAT, MAP_CRS } from './mapLayers'
import { measureStyle } from './styles'
import { geodesicLength, roundArea, surveyArea, toMu } from './surveyArea'

export type MeasureKind = 'length' | 'area'

export interface Measurement {
  kind: MeasureKind | 'point'
  /** length or perimeter */
  metres: number
  squareMetres: number
  mu: number
}

// A place is kept to 0.1 mm, as the server keeps it.
const rounded = (line: number[][]): number[][] => line.map((at) => at.map((v) => Number(v.toFixed(9))))

/** Figures of a geometry drawn in web mercator; several parts are summed. */
export function measure(geometry: Geometry): Measurement {
  const lonLat = geometry.clone().transform(MAP_CRS, LONLAT)
  const polygons =
    lonLat instanceof MultiPolygon ? lonLat.getPolygons() : lonLat instanceof Polygon ? [lonLat] : []
  if (polygons.length) {
    const rings = polygons.map((polygon) => polygon.getCoordinates().map(rounded))
    const squareMetres = roundArea(rings.reduce((sum, one) => sum + surveyArea(one), 0))
    return {
      kind: 'area',
      metres: rings.flat().reduce((sum, ring) => sum + geodesicLength(ring), 0),
      squareMetres,
      mu: roundArea(toMu(squareMetres)),
    }
  }
  const lines =
    lonLat instanceof MultiLineString
      ? lonLat.getCoordinates()
      : lonLat instanceof LineString
        ? [lonLat.getCoordinates()]
        : []
  const metres = lines.reduce((sum, line) => sum + geodesicLength(rounded(line)), 0)
  return { kind: lines.length ? 'length' : 'point', metres, squareMetres: 0, mu: 0 }
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
