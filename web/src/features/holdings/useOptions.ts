/** What can be chosen when something is entered; asked for once in a sitting. */
import { ref } from 'vue'
import { get } from '@/api/client'
import type { HoldingOptions } from '@/api/types'

const options = ref<HoldingOptions | null>(null)

export function useOptions() {
  async function load(): Promise<HoldingOptions> {
    options.value ??= await get<HoldingOptions>('/api/holdings/options')
    return options.value
  }
  return { options, load }
}
