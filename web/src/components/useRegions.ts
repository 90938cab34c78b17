import { defineStore } from 'pinia'
import { ref } from 'vue'
import { get } from '@/api/client'
import type { Region } from '@/api/types'

/** The regions of the user's scope, fetched once for all pages. */
export const useRegions = defineStore('regions', () => {
  const regions = ref<Region[] | null>(null)
  let loading: Promise<Region[]> | null = null

  async function load(): Promise<void> {
    if (regions.value) return
    loading ??= get<Region[]>('/api/regions').finally(() => {
      loading = null
    })
    regions.value = await loading
  }

  /** Codes from the region's parent up. */
  function ancestors(code: string): string[] {
    const parents = new Map(regions.value?.map((region) => [region.code, region.parent]))
    const found: string[] = []
    for (let next = parents.get(code); next; next = parents.get(next)) found.push(next)
    return found
  }

  return { regions, load, ancestors }
})
