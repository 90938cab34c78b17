import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import { get } from '@/api/client'
import { reasonOf } from '@/components/messages'

/** One page of a list at a time, loaded now and whenever the page changes. */
export function usePaged<T>(path: string, size: number): {
  answer: Ref<T | null>
  error: Ref<string | null>
  page: Ref<number>
  load: () => Promise<void>
} {
  const answer = ref<T | null>(null) as Ref<T | null>
  const error = ref<string | null>(null)
  const page = ref(1)
  async function load(): Promise<void> {
    error.value = null
    try {
      answer.value = await get<T>(path, { page: page.value, size })
    } catch (problem) {
      error.value = reasonOf(problem)
    }
  }
  watch(page, load)
  void load()
  return { answer, error, page, load }
}
