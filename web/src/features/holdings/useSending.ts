/** Sending a form: busy while it lasts, and what was refused, field by field. */
import { ref } from 'vue'
import { ApiError } from '@/api/client'
import { reasonOf } from '@/components/messages'

export function useSending() {
  const busy = ref(false)
  const refused = ref('')
  const code = ref('')
  const fields = ref<Record<string, string>>({})

  async function send<T>(act: () => Promise<T>): Promise<T | null> {
    busy.value = true
    refused.value = ''
    code.value = ''
    fields.value = {}
    try {
      return await act()
    } catch (problem) {
      refused.value = reasonOf(problem)
      if (problem instanceof ApiError) {
        fields.value = problem.fields
        code.value = problem.code
      }
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, refused, code, fields, send }
}
