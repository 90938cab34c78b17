import { defineStore } from 'pinia'
import { ref } from 'vue'
import { get } from '@/api/client'
import type { InboxCounts } from '@/api/types'

/** How many tasks wait and messages are unread; the bell, the inbox and the home page share it. */
export const useCounts = defineStore('counts', () => {
  const counts = ref<InboxCounts | null>(null)

  /** What fails here shows on no screen: the bell simply keeps its last number. */
  async function load(): Promise<void> {
    try {
      counts.value = await get<InboxCounts>('/api/inbox/counts')
    } catch {
      /* the next round asks again */
    }
  }

  return { counts, load }
})
