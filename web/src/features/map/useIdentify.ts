/** What is at a clicked place: asks for patches and for features of the visible layers. */
import type { Geometry } from 'geojson'
import { computed, ref, shallowRef } from 'vue'
import { get } from '@/api/client'
import type { IdentifiedFeature, MapThing, Patch } from '@/api/types'
import type { Picked } from './MapView.vue'

export function useIdentify() {
  const where = shallowRef<Picked | null>(null)
  const patches = shallowRef<Patch[]>([])
  const features = shallowRef<IdentifiedFeature[]>([])
  const things = shallowRef<MapThing[]>([])
  const loading = ref(false)
  const failure = ref('')
  const selected = ref('')
  let asked: AbortController | null = null

  async function identify(picked: Picked, versions: number[]): Promise<void> {
    close()
    const { signal } = (asked = new AbortController())
    where.value = picked
    loading.value = true
    const { lon, lat } = picked
    try {
      const [foundPatches, foundFeatures, foundThings] = await Promise.all([
        Promise.all(picked.patches.map((id) => get<Patch>(`/api/enforcement/patches/${id}`, {}, signal))),
        versions.length
          ? get<IdentifiedFeature[]>('/api/layers/identify', { lon, lat, versions: versions.join(',') }, signal)
          : [],
        thingsAt(picked, signal),
      ])
      patches.value = foundPatches
      features.value = foundFeatures
      things.value = foundThings
      selected.value = [...geometries.value.keys()][0] ?? ''
    } catch (error) {
      if (signal.aborted) return
      failure.value = error instanceof Error ? error.message : String(error)
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  /** Parcels, wells, canals and buildings under the pointer. */
  async function thingsAt({ holdings }: Picked, signal: AbortSignal): Promise<MapThing[]> {
    const asked = Object.fromEntries(
      Object.entries(holdings ?? {}).filter(([, ids]) => ids.length).map(([name, ids]) => [name, ids.slice(0, 20).join(',')]),
    )
    return Object.keys(asked).length ? get<MapThing[]>('/api/holdings/map/things', asked, signal) : []
  }

  function close(): void {
    asked?.abort()
    where.value = null
    patches.value = []
    features.value = []
    things.value = []
    failure.value = ''
    selected.value = ''
    loading.value = false
  }

  const geometries = computed(
    () =>
      new Map<string, Geometry>([
        ...patches.value.map((patch) => [`patch-${patch.id}`, patch.geometry] as const),
        ...things.value.flatMap((thing) =>
          thing.geometry ? [[`${thing.kind}-${thing.id}`, thing.geometry as unknown as Geometry] as const] : [],
        ),
        ...features.value.map(
          (feature) => [`${feature.version_id}-${feature.feature_id}`, feature.geometry] as const,
        ),
      ]),
  )
  const highlight = computed(() => geometries.value.get(selected.value) ?? null)

  return { where, patches, features, things, loading, failure, selected, highlight, identify, close }
}
