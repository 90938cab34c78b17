/** A parcel's boundary being adjusted: corners are dragged along the neighbours' and every step can be undone. */
import type { Geometry as GeoGeometry } from 'geojson'
import Feature from 'ol/Feature'
import { altKeyOnly, singleClick } from 'ol/events/condition'
import type { MapBrowserEvent } from 'ol'
import Modify from 'ol/interaction/Modify'
import Snap from 'ol/interaction/Snap'
import type OlMap from 'ol/Map'
import VectorSource from 'ol/source/Vector'
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { get, post } from '@/api/client'
import type { BoundaryPreview, Neighbour } from '@/api/types'
import { reasonOf } from '@/components/messages'
import { DEPTH, drawingLayer } from '@/features/map/mapLayers'
import { draftStyle, faultStyle } from '@/features/map/styles'
import { fromGeoJson, toGeoJson } from '@/features/map/useDrawing'

const SNAP_PIXELS = 10

export function useBoundary(parcel: () => { id: number; geometry: unknown }, day: () => string) {
  const work = drawingLayer(draftStyle, DEPTH.drawing + 3)
  const shared = drawingLayer(faultStyle, DEPTH.drawing + 4)
  const source = work.getSource() as VectorSource
  const round = new VectorSource()
  const history = shallowRef<GeoGeometry[]>([])
  const found = shallowRef<BoundaryPreview | null>(null)
  const failure = ref('')
  let map: OlMap | null = null
  let tools: (Modify | Snap)[] = []

  const drawn = (): GeoGeometry | null => {
    const geometry = source.getFeatures()[0]?.getGeometry()
    return geometry ? toGeoJson(geometry) : null
  }

  function show(geometry: unknown): void {
    source.clear()
    source.addFeature(new Feature(fromGeoJson(geometry)))
  }

  async function look(): Promise<void> {
    failure.value = ''
    shared.getSource()?.clear()
    try {
      const body = { geometry: drawn(), on: day() }
      found.value = await post<BoundaryPreview>(`/api/holdings/parcels/${parcel().id}/boundary/preview`, body)
      shared.getSource()?.addFeatures(found.value.overlaps.map((one) => new Feature(fromGeoJson(one.geometry))))
    } catch (problem) {
      found.value = null
      failure.value = reasonOf(problem)
    }
  }

  async function start(on: OlMap): Promise<void> {
    map = on
    map.addLayer(work)
    map.addLayer(shared)
    show(parcel().geometry)
    history.value = []
    found.value = null
    const modify = new Modify({
      source,
      pixelTolerance: SNAP_PIXELS,
      deleteCondition: (event: MapBrowserEvent) => altKeyOnly(event) && singleClick(event),
    })
    let before = drawn()
    modify.on('modifystart', () => (before = drawn()))
    modify.on('modifyend', () => {
      if (before) history.value = [...history.value, before]
      void look()
    })
    tools = [modify, new Snap({ source: round, pixelTolerance: SNAP_PIXELS })] // Snap handles pointers first, so it comes last
    tools.forEach((one) => map?.addInteraction(one))
    const others = await get<Neighbour[]>(`/api/holdings/parcels/${parcel().id}/neighbours`)
    round.clear()
    round.addFeatures(others.map((one) => new Feature(fromGeoJson(one.geometry))))
  }

  function stop(): void {
    tools.forEach((one) => map?.removeInteraction(one))
    tools = []
    map?.removeLayer(work)
    map?.removeLayer(shared)
    source.clear()
  }

  function undo(): void {
    const last = history.value.at(-1)
    if (!last) return
    history.value = history.value.slice(0, -1)
    show(last)
    if (history.value.length) void look()
    else found.value = null
    shared.getSource()?.clear()
  }

  onBeforeUnmount(stop)
  return { history, found, failure, drawn, look, start, stop, undo }
}
