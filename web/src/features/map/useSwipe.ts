/** Which two versions are compared, and what is drawn for it. */
import { computed, ref } from 'vue'
import type { DrawnLayer } from './mapLayers'
import type { SwipeState } from './swipe'
import type { useMapLayers } from './useMapLayers'

export function useSwipe(layers: ReturnType<typeof useMapLayers>) {
  const swipe = ref<SwipeState | null>(null)

  const comparable = computed(() =>
    layers.choices.value.flatMap((choice) =>
      choice.versions.map((v) => ({ id: v.id, label: `${choice.layer.name} ${v.label}`, choice })),
    ),
  )

  /** The layers of the tree, and beside them the compared versions that are not on. */
  const drawn = computed<DrawnLayer[]>(() => {
    const { value: now } = swipe
    const list = [...layers.shown.value]
    for (const id of now ? [now.left, now.right] : []) {
      const found = comparable.value.find((one) => one.id === id)?.choice
      const version = found?.versions.find((v) => v.id === id)
      if (!found || !version || list.some((one) => one.version.id === id)) continue
      const height = layers.choices.value.length - layers.choices.value.indexOf(found)
      list.push({ version, legend: found.layer.legend, opacity: found.opacity, height })
    }
    return list
  })

  /** End comparing, or start with the two newest versions of the first shown layer that has two. */
  function toggle(): boolean {
    if (swipe.value) {
      swipe.value = null
      return true
    }
    const shown = layers.choices.value.filter((choice) => choice.on)
    const [newest, before] = shown.find((choice) => choice.versions.length > 1)?.versions ?? []
    const [first, second] = shown
    if (newest && before) swipe.value = { left: before.id, right: newest.id, at: 0.5 }
    else if (first && second) swipe.value = { left: second.versionId, right: first.versionId, at: 0.5 }
    return swipe.value !== null
  }

  return { swipe, comparable, drawn, toggle }
}
