/** Drawing and editing one sketch: tools, snapping, history. What is drawn is kept by `useSketches`. */
import type { Geometry as GeoGeometry } from 'geojson'
import Feature from 'ol/Feature'
import { never } from 'ol/events/condition'
import { GeoJSON } from 'ol/format'
import type { Geometry } from 'ol/geom'
import { Polygon } from 'ol/geom'
import type Interaction from 'ol/interaction/Interaction'
import Draw from 'ol/interaction/Draw'
import Modify from 'ol/interaction/Modify'
import Snap from 'ol/interaction/Snap'
import type OlMap from 'ol/Map'
import VectorSource from 'ol/source/Vector'
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { ApiError, get, post } from '@/api/client'
import type { Shaped, Snapping } from '@/api/types'
import { DEPTH, drawingLayer, LONLAT, MAP_CRS } from './mapLayers'
import { draftStyle } from './styles'
import { measure } from './useMeasure'
import type { Measurement } from './useMeasure'
import { toLonLat } from 'ol/proj'

export type Tool = 'Point' | 'LineString' | 'Polygon' | 'modify' | 'split' | 'hole'
const SNAP_PIXELS = 10
// From farther away nobody can aim at a vertex.
const SNAP_RESOLUTION = 12
/** Decimals of a degree: 0.1 mm, as the server keeps them, so that both measure the same figure. */
const DECIMALS = 9

const format = new GeoJSON({ dataProjection: LONLAT, featureProjection: MAP_CRS })
export const toGeoJson = (geometry: Geometry): GeoGeometry =>
  format.writeGeometryObject(geometry, { decimals: DECIMALS }) as GeoGeometry
export const fromGeoJson = (geometry: unknown): Geometry => format.readGeometry(geometry) as Geometry

export interface SnapLayers {
  versions: number[]
  sources: string[]
}

export function useDrawing(map: ShallowRef<OlMap | null>, others: VectorSource, shown: () => SnapLayers) {
  const work = drawingLayer(draftStyle, DEPTH.drawing + 2)
  const source = work.getSource() as VectorSource
  const exact = new VectorSource()
  const tool = ref<Tool | null>(null)
  const failure = ref('')
  const faultAt = shallowRef<[number, number] | null>(null)
  const snapNote = ref<'' | 'far' | 'more'>('')
  const figures = shallowRef<Measurement[]>([])
  const history = shallowRef<string[]>(['[]'])
  const place = ref(0)
  let interactions: Interaction[] = []
  let asked: AbortController | null = null

  const geometries = (): GeoGeometry[] =>
    source.getFeatures().flatMap((feature) => {
      const geometry = feature.getGeometry()
      return geometry ? [toGeoJson(geometry)] : []
    })

  function refresh(): void {
    figures.value = source.getFeatures().flatMap((feature) => {
      const geometry = feature.getGeometry()
      return geometry ? [measure(geometry)] : []
    })
  }

  function show(list: readonly unknown[]): void {
    source.clear()
    source.addFeatures(list.map((geometry) => new Feature(fromGeoJson(geometry))))
    refresh()
  }

  /** Keep what is drawn now as a step that can be undone. */
  function remember(): void {
    const now = JSON.stringify(geometries())
    if (now === history.value[place.value]) return
    history.value = [...history.value.slice(0, place.value + 1), now]
    place.value = history.value.length - 1
    failure.value = ''
    faultAt.value = null
    refresh()
  }

  function step(by: number): void {
    const wanted = history.value[place.value + by]
    if (wanted === undefined) return
    place.value += by
    show(JSON.parse(wanted) as unknown[])
  }

  function start(list: readonly unknown[] = []): void {
    stopTool()
    show(list)
    history.value = [JSON.stringify(geometries())]
    place.value = 0
    failure.value = ''
    faultAt.value = null
  }

  function stopTool(): void {
    interactions.forEach((one) => map.value?.removeInteraction(one))
    interactions = []
    tool.value = null
  }

  function use(wanted: Tool): void {
    const again = tool.value === wanted
    stopTool()
    if (again || !map.value) return
    tool.value = wanted
    const main = wanted === 'modify' ? modifying() : drawing(wanted)
    // Snap handles pointers first, so it comes last.
    const snaps = [exact, others, source].map(
      (to) => new Snap({ source: to, pixelTolerance: SNAP_PIXELS }),
    )
    interactions = [main, ...snaps]
    interactions.forEach((one) => map.value?.addInteraction(one))
    void loadExact()
  }

  function modifying(): Modify {
    const made = new Modify({ source, pixelTolerance: SNAP_PIXELS })
    made.on('modifyend', remember)
    made.on('modifystart', () => source.getFeatures().forEach((f) => f.getGeometry()?.on('change', refresh)))
    return made
  }

  function drawing(wanted: Exclude<Tool, 'modify'>): Draw {
    const type = wanted === 'split' ? 'LineString' : wanted === 'hole' ? 'Polygon' : wanted
    const made = new Draw({ type, style: draftStyle, freehandCondition: never })
    made.on('drawstart', (event) => {
      event.feature.getGeometry()?.on('change', (change) => {
        figures.value = [measure(change.target as Geometry)]
      })
    })
    made.on('drawabort', refresh)
    made.on('drawend', (event) => {
      const geometry = event.feature.getGeometry()
      if (!geometry) return
      if (wanted === 'split' || wanted === 'hole') void shape(wanted, geometry)
      else {
        source.addFeature(new Feature(geometry))
        remember()
      }
    })
    return made
  }

  /** Split the figures by a line, or cut a hole into the one it lies in; the server computes it. */
  async function shape(act: 'split' | 'hole', instrument: Geometry): Promise<void> {
    const hit = source.getFeatures().filter((feature) => {
      const geometry = feature.getGeometry()
      if (!geometry || geometry.getType() === 'Point') return false
      return act === 'hole' && instrument instanceof Polygon
        ? geometry.intersectsCoordinate(instrument.getInteriorPoint().getCoordinates())
        : geometry.intersectsExtent(instrument.getExtent())
    })
    const results = await Promise.all(
      hit.map(async (feature) => ({
        feature,
        parts: await server([feature.getGeometry() as Geometry], act, instrument),
      })),
    )
    const done = results.filter((one) => one.parts !== null)
    if (!hit.length) failure.value = 'map.draw.nothingHit'
    for (const { feature, parts } of done) {
      source.removeFeature(feature)
      source.addFeatures((parts ?? []).map((part) => new Feature(fromGeoJson(part.geometry))))
    }
    if (done.length) remember()
    else refresh()
  }

  async function server(
    list: Geometry[],
    act: 'split' | 'hole' | 'merge',
    instrument?: Geometry,
  ): Promise<Shaped[] | null> {
    const body = {
      act,
      geometries: list.map(toGeoJson),
      tool: instrument ? toGeoJson(instrument) : null,
    }
    try {
      return await post<Shaped[]>('/api/sketches/shape', body)
    } catch (error) {
      tell(error)
      return null
    }
  }

  /** Join everything that is being drawn with the figures given. */
  async function merge(more: readonly unknown[] = []): Promise<boolean> {
    const list = [
      ...source.getFeatures().flatMap((f) => f.getGeometry() ?? []),
      ...more.map(fromGeoJson),
    ]
    const joined = await server(list, 'merge')
    if (!joined) return false
    show(joined.map((one) => one.geometry))
    remember()
    return true
  }

  /** Say what the server refused, and show where. */
  function tell(error: unknown): void {
    failure.value = error instanceof Error ? error.message : String(error)
    const fields = error instanceof ApiError ? error.fields : {}
    const lon = Number(fields['lon'])
    const lat = Number(fields['lat'])
    faultAt.value = fields['lon'] && fields['lat'] ? [lon, lat] : null
  }

  async function loadExact(): Promise<void> {
    asked?.abort()
    const view = map.value?.getView()
    if (!tool.value || !view || !map.value) return
    if ((view.getResolution() ?? Infinity) > SNAP_RESOLUTION) {
      snapNote.value = 'far'
      return exact.clear()
    }
    const [w = 0, s = 0, e = 0, n = 0] = view.calculateExtent(map.value.getSize())
    const bounds = [...toLonLat([w, s]), ...toLonLat([e, n])].map((v) => v.toFixed(7)).join(',')
    const { versions, sources } = shown()
    const { signal } = (asked = new AbortController())
    try {
      const query = { bounds, versions: versions.join(','), sources: sources.join(',') }
      const found = await get<Snapping>('/api/maps/snapping', query, signal)
      exact.clear()
      exact.addFeatures(found.geometries.map((one) => new Feature(fromGeoJson(one))))
      snapNote.value = found.more ? 'more' : ''
    } catch {
      if (!signal.aborted) exact.clear()
    }
  }

  function onKey(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea')
    if (!tool.value || typing) return
    const key = event.key.toLowerCase()
    if (key === 'escape') {
      const main = interactions[0]
      if (main instanceof Draw) main.abortDrawing()
    } else if ((event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y')) {
      event.preventDefault()
      const main = interactions[0]
      // A figure half drawn loses its last point first.
      if (key === 'z' && !event.shiftKey && main instanceof Draw && main.getOverlay().getSource()?.getFeatures().length)
        main.removeLastPoint()
      else step(key === 'y' || event.shiftKey ? 1 : -1)
    }
  }

  watch(map, (now, before) => {
    before?.removeLayer(work)
    now?.addLayer(work)
    now?.on('moveend', () => void loadExact())
  })
  window.addEventListener('keydown', onKey)
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))

  return {
    tool,
    figures,
    failure,
    faultAt,
    snapNote,
    active: computed(() => tool.value !== null),
    canUndo: computed(() => place.value > 0),
    canRedo: computed(() => place.value < history.value.length - 1),
    changed: computed(() => place.value > 0),
    start,
    use,
    stopTool,
    undo: () => step(-1),
    redo: () => step(1),
    clear: () => {
      source.clear()
      remember()
    },
    merge,
    tell,
    geometries,
  }
}
