/** Which layers there are, which of their versions are shown, how strongly and in which order. */
import { computed, ref, watch } from 'vue'
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

interface Remembered {
  order: string[]
  layers: Record<string, { on: boolean; opacity: number }>
  patches: { on: boolean; opacity: number }
  base: string
}

const ON_AT_FIRST: ReadonlySet<LayerGroup> = new Set(['survey', 'protection', 'approval'])
const FIRST_OPACITY: Partial<Record<LayerGroup, number>> = { survey: 0.7 }
/** From the bottom up, before anybody has moved a layer. */
const GROUP_ORDER: readonly LayerGroup[] = ['survey', 'planning', 'other', 'protection', 'approval']
const MEMORY = 'liangtian.map.layers'

const usualOpacity = (group: LayerGroup): number => FIRST_OPACITY[group] ?? 1

function newestFirst(a: LayerVersion, b: LayerVersion): number {
  return (b.valid_from ?? '').localeCompare(a.valid_from ?? '') || b.id - a.id
}

/** Layers with at least one published version; the newest is chosen. The uppermost comes first. */
export function choicesOf(layers: readonly Layer[]): LayerChoice[] {
  const found = layers.flatMap((layer) => {
    const versions = layer.versions.filter((v) => v.status === 'published').sort(newestFirst)
    const newest = versions[0]
    if (!newest) return []
    const { group } = layer
    return [{ layer, versions, versionId: newest.id, on: ON_AT_FIRST.has(group), opacity: usualOpacity(group) }]
  })
  const depth = (choice: LayerChoice) => GROUP_ORDER.indexOf(choice.layer.group)
  return found.sort((a, b) => depth(b) - depth(a))
}

export function applyState(choices: LayerChoice[], state: LayerState): void {
  for (const choice of choices) {
    const shown = choice.versions.find((version) => state.versions.includes(version.id))
    choice.on = shown !== undefined
    if (!shown) continue
    choice.versionId = shown.id
    choice.opacity = state.opacity?.[shown.id] ?? choice.opacity
  }
}

/** Put `code` before `before` (or last): dragging in the list moves the layer on the map. */
export function moved(choices: readonly LayerChoice[], code: string, before: string | null): LayerChoice[] {
  const one = choices.find((choice) => choice.layer.code === code)
  if (!one || code === before) return [...choices]
  const rest = choices.filter((choice) => choice !== one)
  const at = before === null ? rest.length : rest.findIndex((choice) => choice.layer.code === before)
  return at < 0 ? [...choices] : [...rest.slice(0, at), one, ...rest.slice(at)]
}

/** The order a link or the memory names; layers it does not know keep theirs, below. */
export function ordered(choices: readonly LayerChoice[], order: readonly string[]): LayerChoice[] {
  const place = (choice: LayerChoice) => {
    const found = order.indexOf(choice.layer.code)
    return found < 0 ? order.length : found
  }
  return [...choices].sort((a, b) => place(a) - place(b))
}

function recalled(): Remembered | null {
  try {
    const text = localStorage.getItem(MEMORY)
    return text ? (JSON.parse(text) as Remembered) : null
  } catch {
    return null
  }
}

/** `remembers`: this browser shows the layers as it last did. */
export function useMapLayers(remembers = false) {
  const choices = ref<LayerChoice[]>([])
  const patches = ref({ on: true, opacity: 1 })
  const base = ref('')
  const loading = ref(false)
  const failure = ref('')
  let settled = false

  /** `wanted` is asked when the layers are there; its state holds before anyone sees another. */
  async function load(wanted: () => LayerState | null = () => null): Promise<void> {
    loading.value = true
    failure.value = ''
    try {
      const found = choicesOf(await get<Layer[]>('/api/layers'))
      recall(found)
      const first = wanted()
      if (first) apply(first)
      settled = true
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
    } finally {
      loading.value = false
    }
  }

  /** As this browser last showed them. */
  function recall(found: LayerChoice[]): void {
    const memory = remembers ? recalled() : null
    if (!memory) {
      choices.value = found
      return
    }
    for (const choice of found) {
      const kept = memory.layers?.[choice.layer.code]
      if (kept) Object.assign(choice, { on: kept.on, opacity: kept.opacity })
    }
    choices.value = ordered(found, memory.order ?? [])
    patches.value = memory.patches ?? patches.value
    base.value = memory.base ?? ''
  }

  function remember(): void {
    if (!settled || !remembers) return
    const memory: Remembered = {
      order: choices.value.map((choice) => choice.layer.code),
      layers: Object.fromEntries(
        choices.value.map(({ layer, on, opacity }) => [layer.code, { on, opacity }]),
      ),
      patches: patches.value,
      base: base.value,
    }
    try {
      localStorage.setItem(MEMORY, JSON.stringify(memory))
    } catch {
      // A browser that keeps nothing shows the usual layers next time.
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
    choices.value.flatMap((choice, i) => {
      const version = choice.versions.find((v) => v.id === choice.versionId)
      if (!choice.on || !version) return []
      const { legend } = choice.layer
      return [{ version, legend, opacity: choice.opacity, height: choices.value.length - i }]
    }),
  )

  const state = computed<LayerState>(() => {
    const opacity: Record<number, number> = {}
    for (const choice of choices.value) {
      if (choice.on && choice.opacity !== usualOpacity(choice.layer.group)) opacity[choice.versionId] = choice.opacity
    }
    if (patches.value.on && patches.value.opacity !== 1) opacity[0] = patches.value.opacity
    return {
      versions: shown.value.map((layer) => layer.version.id),
      patches: patches.value.on,
      opacity,
      base: base.value,
    }
  })

  function apply(wanted: LayerState): void {
    applyState(choices.value, wanted)
    const order = wanted.versions.flatMap(
      (id) => choices.value.find((choice) => choice.on && choice.versionId === id)?.layer.code ?? [],
    )
    const rest = choices.value.map((choice) => choice.layer.code).filter((code) => !order.includes(code))
    choices.value = ordered(choices.value, [...order, ...rest])
    patches.value = { on: wanted.patches, opacity: wanted.opacity?.[0] ?? patches.value.opacity }
    base.value = wanted.base ?? ''
  }

  function move(code: string, before: string | null): void {
    choices.value = moved(choices.value, code, before)
  }

  watch([choices, patches, base], remember, { deep: true })

  return { choices, groups, patches, base, shown, state, loading, failure, load, apply, move }
}
