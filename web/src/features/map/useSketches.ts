/** The user's sketches and those shared in the office: list, keep, change, delete, files. */
import Feature from 'ol/Feature'
import type OlMap from 'ol/Map'
import VectorSource from 'ol/source/Vector'
import { ref, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { del, download, get, post, put, upload } from '@/api/client'
import type { Sketch, SketchPage } from '@/api/types'
import { DEPTH, drawingLayer } from './mapLayers'
import { sketchStyle } from './styles'
import { fromGeoJson } from './useDrawing'

export interface SketchDraft {
  id: number | null
  revision: number
  name: string
  note: string
  colour: string
  shared: boolean
}

export const FIRST_COLOUR = '#c2185b'
export const newDraft = (name = ''): SketchDraft => ({
  id: null,
  revision: 0,
  name,
  note: '',
  colour: FIRST_COLOUR,
  shared: false,
})

export function useSketches(map: ShallowRef<OlMap | null>) {
  const rows = shallowRef<Sketch[]>([])
  const total = ref(0)
  const loading = ref(false)
  const failure = ref('')
  const shown = ref(true)
  const hidden = ref<number | null>(null)
  const layer = drawingLayer(sketchStyle, DEPTH.drawing)
  const source = layer.getSource() as VectorSource

  function draw(): void {
    source.clear()
    if (!shown.value) return
    for (const row of rows.value) {
      if (row.id === hidden.value) continue
      const feature = new Feature(fromGeoJson(row.geometry))
      feature.setProperties({ sketch: row.id, name: row.name, colour: row.colour }, true)
      source.addFeature(feature)
    }
  }

  async function load(query = ''): Promise<void> {
    loading.value = true
    failure.value = ''
    try {
      const page = await get<SketchPage>('/api/sketches', { q: query, size: 200 })
      rows.value = page.rows
      total.value = page.total
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
    } finally {
      loading.value = false
    }
  }

  /** Keep the figures of a draft: the first under its own id, the others as new ones beside it. */
  async function save(draft: SketchDraft, geometries: readonly unknown[]): Promise<Sketch[]> {
    const { name, note, colour, shared } = draft
    const kept: Sketch[] = []
    for (const [i, geometry] of geometries.entries()) {
      const numbered = geometries.length > 1 ? `${name}-${i + 1}` : name
      const body = { name: numbered, note, colour, shared, geometry }
      kept.push(
        draft.id !== null && i === 0
          ? await put<Sketch>(`/api/sketches/${draft.id}`, { ...body, revision: draft.revision })
          : await post<Sketch>('/api/sketches', body),
      )
    }
    await load()
    return kept
  }

  async function remove(id: number): Promise<void> {
    await del(`/api/sketches/${id}`)
    rows.value = rows.value.filter((row) => row.id !== id)
    await load()
  }

  async function take(file: File): Promise<Sketch[]> {
    const form = new FormData()
    form.append('file', file)
    const kept = await upload<Sketch[]>('/api/sketches/import', form)
    await load()
    return kept
  }

  const give = (ids: readonly number[], format: string): Promise<string> =>
    download('/api/sketches/export', { ids: ids.join(','), format })

  watch([rows, shown, hidden], draw)
  watch(map, (now, before) => {
    before?.removeLayer(layer)
    now?.addLayer(layer)
  })

  return { rows, total, loading, failure, shown, hidden, layer, source, load, save, remove, take, give }
}
