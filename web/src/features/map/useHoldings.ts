/** The register of holdings on the map: which of parcels, buildings, canals and wells are on, and their colours. */
import { computed, ref, shallowRef, watch } from 'vue'
import { get } from '@/api/client'
import type { ParcelColouring } from '@/api/types'

export const HOLDINGS = ['parcels', 'buildings', 'canals', 'wells'] as const
export type HoldingLayer = (typeof HOLDINGS)[number]

export interface HoldingsState {
  on: HoldingLayer[]
  /** by what parcels are coloured */
  by: string
  /** 0..1 of the parcels */
  opacity: number
}

const MEMORY = 'liangtian.map.holdings'
const USUAL: HoldingsState = { on: [], by: 'way', opacity: 1 }

export const isHolding = (name: string): name is HoldingLayer => (HOLDINGS as readonly string[]).includes(name)

/** What a browser kept, as far as it can still be used. */
export function recalled(text: string | null): HoldingsState {
  try {
    const kept = JSON.parse(text ?? '') as Partial<HoldingsState>
    return {
      on: (kept.on ?? []).filter(isHolding),
      by: kept.by ?? USUAL.by,
      opacity: typeof kept.opacity === 'number' ? kept.opacity : 1,
    }
  } catch {
    return { ...USUAL, on: [] }
  }
}

export function useHoldings() {
  const state = ref<HoldingsState>(recalled(localStorage.getItem(MEMORY)))
  const colourings = shallowRef<ParcelColouring[]>([])
  const colouring = computed(
    () => colourings.value.find((one) => one.by === state.value.by) ?? colourings.value[0] ?? null,
  )

  async function load(): Promise<void> {
    colourings.value = await get<ParcelColouring[]>('/api/holdings/map/colours')
    if (colouring.value) state.value.by = colouring.value.by
  }

  function toggle(layer: HoldingLayer, on: boolean): void {
    state.value.on = HOLDINGS.filter((one) => (one === layer ? on : state.value.on.includes(one)))
  }

  watch(
    state,
    () => {
      try {
        localStorage.setItem(MEMORY, JSON.stringify(state.value))
      } catch {
        // A browser that keeps nothing shows none of them next time.
      }
    },
    { deep: true },
  )
  return { state, colourings, colouring, load, toggle }
}
