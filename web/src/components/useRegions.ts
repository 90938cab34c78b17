import { defineStore } from 'pinia'
import { ref } from 'vue'
import { get } from '@/api/client'
import type { Region, RegionHit } from '@/api/types'
import { codesAbove } from './regions'

/** The regions of the user's scope, for all pages: the upper levels at once, the rest as they are opened. */
export const useRegions = defineStore('regions', () => {
  const regions = ref<Region[] | null>(null)
  const fetched = new Map<string, Promise<void>>()
  let loading: Promise<Region[]> | null = null

  async function load(): Promise<void> {
    if (regions.value) return
    loading ??= get<Region[]>('/api/regions').finally(() => {
      loading = null
    })
    regions.value = await loading
  }

  /** After a change of regions all is asked anew. */
  async function reload(): Promise<void> {
    regions.value = null
    fetched.clear()
    await load()
  }

  function parentOf(code: string): Region | undefined {
    return regions.value?.find((region) => region.code === code)
  }

  function isOpen(code: string): boolean {
    const below = regions.value?.filter((region) => region.parent === code).length ?? 0
    return below >= (parentOf(code)?.below ?? 0)
  }

  /** Fetch the level right below a region, once. */
  function open(code: string): Promise<void> {
    if (isOpen(code)) return Promise.resolve()
    let asked = fetched.get(code)
    if (!asked) {
      asked = get<Region[]>('/api/regions', { parent: code }).then(
        (found) => {
          const known = new Set(regions.value?.map((region) => region.code))
          regions.value = [...(regions.value ?? []), ...found.filter((region) => !known.has(region.code))]
        },
        (error: unknown) => {
          fetched.delete(code)
          throw error
        },
      )
      fetched.set(code, asked)
    }
    return asked
  }

  /** Fetch what is needed to show a region in the tree. */
  async function reveal(code: string): Promise<void> {
    const above = ancestors(code)
    for (let i = above.length - 1; i >= 0; i--) if (parentOf(above[i] ?? '')) await open(above[i] ?? '')
  }

  /** Codes from the region's parent up. */
  function ancestors(code: string): string[] {
    const known = new Set(regions.value?.map((region) => region.code))
    return codesAbove(code).filter((above) => known.has(above) || known.has(codesAbove(above)[0] ?? ''))
  }

  const search = (q: string, signal?: AbortSignal) => get<RegionHit[]>('/api/regions/search', { q }, signal)

  return { regions, load, reload, open, reveal, ancestors, search }
})
