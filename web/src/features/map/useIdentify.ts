/** What is at a clicked place: asks for patches and for features of the visible layers. */
import type { Geometry } from 'geojson'
import { computed, ref, shallowRef } from 'vue'
import { get } from '@/api/client'
import type { IdentifiedFeature, Patch } from '@/api/types'
import type { Picked } from './MapView.vue'

export function useIdentify() {
  const where = shallowRef<Picked | null>(null)
  const patches = shallowRef<Patch[]>([])
  const features = shallowRef<IdentifiedFeature[]>([])
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
      const [foundPatches, foundFeatures] = await Promise.all([
        Promise.all(picked.patches.map((id) => get<Patch>(`/api/enforcement/patches/${id}`, {}, signal))),
        versions.length
          ? get<IdentifiedFeature[]>('/api/layers/identify', { lon, lat, versions: versions.join(',') }, signal)
          : [],
      ])
      patches.value = foundPatches
      features.value = foundFeatures
      selected.value = [...geometries.value.keys()][0] ?? ''
    } catch (error) {
      if (signal.aborted) return
      failure.value = error instanceof Error ? error.message : String(error)
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  function close(): void {
    asked?.abort()
    where.value = null
    patches.value = []
    features.value = []
    failure.value = ''
    selected.value = ''
    loading.value = false
  }

  const geometries = computed(
    () =>
      new Map<string, Geometry>([
        ...patches.value.map((patch) => [`patch-${patch.id}`, patch.geometry] as const),
        ...features.value.map(
          (feature) => [`${feature.version_id}-${feature.feature_id}`, feature.geometry] as const,
        ),
      ]),
  )
  const highlight = computed(() => geometries.value.get(selected.value) ?? null)

  return { where, patches, features, loading, failure, selected, highlight, identify, close }
}
