/** Which layers there are, which of their versions are shown, and how strongly. */
import { computed, ref } from 'vue'
import { get } from '@/api/client'
import type { Layer, LayerGroup, LayerVersion } from '@/api/types'
import type { DrawnLayer } from './mapLayers'
import type { LayerState } from './permalink'

export interface LayerChoice {
  layer: Layer
  /** published versions, newest first */
  versions: LayerVersion[]
  versionId: number
  on: boolean
  /** 0..1 */
  opacity: number
}

export interface LayerGroupChoices {
  group: LayerGroup
  label: string
  choices: LayerChoice[]
}

const ON_AT_FIRST: ReadonlySet<LayerGroup> = new Set(['survey', 'protection', 'approval'])
const FIRST_OPACITY: Partial<Record<LayerGroup, number>> = { survey: 0.7 }

function newestFirst(a: LayerVersion, b: LayerVersion): number {
  return (b.valid_from ?? '').localeCompare(a.valid_from ?? '') || b.id - a.id
}

/** Layers with at least one published version; the newest is chosen. */
export function choicesOf(layers: readonly Layer[]): LayerChoice[] {
  return layers.flatMap((layer) => {
    const versions = layer.versions.filter((v) => v.status === 'published').sort(newestFirst)
    const newest = versions[0]
    if (!newest) return []
    return [
      {
        layer,
        versions,
        versionId: newest.id,
        on: ON_AT_FIRST.has(layer.group),
        opacity: FIRST_OPACITY[layer.group] ?? 1,
      },
    ]
  })
}

export function applyState(choices: LayerChoice[], state: LayerState): void {
  for (const choice of choices) {
    const shown = choice.versions.find((version) => state.versions.includes(version.id))
    choice.on = shown !== undefined
    if (shown) choice.versionId = shown.id
  }
}

export function useMapLayers() {
  const choices = ref<LayerChoice[]>([])
  const patches = ref({ on: true, opacity: 1 })
  const loading = ref(false)
  const failure = ref('')

  /** `wanted` is asked when the layers are there; its state holds before anyone sees another. */
  async function load(wanted: () => LayerState | null = () => null): Promise<void> {
    loading.value = true
    failure.value = ''
    try {
      choices.value = choicesOf(await get<Layer[]>('/api/layers'))
      const first = wanted()
      if (first) apply(first)
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
    } finally {
      loading.value = false
    }
  }

  const groups = computed<LayerGroupChoices[]>(() => {
    const found = new Map<LayerGroup, LayerGroupChoices>()
    for (const choice of choices.value) {
      const { group, group_label: label } = choice.layer
      if (!found.has(group)) found.set(group, { group, label, choices: [] })
      found.get(group)?.choices.push(choice)
    }
    return [...found.values()]
  })

  const shown = computed<DrawnLayer[]>(() =>
    choices.value.flatMap((choice) => {
      const version = choice.versions.find((v) => v.id === choice.versionId)
      if (!choice.on || !version) return []
      const { legend, group } = choice.layer
      return [{ version, legend, group, opacity: choice.opacity }]
    }),
  )

  const state = computed<LayerState>(() => ({
    versions: shown.value.map((layer) => layer.version.id),
    patches: patches.value.on,
  }))

  function apply(wanted: LayerState): void {
    applyState(choices.value, wanted)
    patches.value.on = wanted.patches
  }

  return { choices, groups, patches, shown, state, loading, failure, load, apply }
}
