/** One patch and what may be done to it; every act answers with the patch as it then is. */
import { ref, shallowRef } from 'vue'
import { ApiError, get, post, upload } from '@/api/client'
import type { Outcome, PartIn, Patch } from '@/api/types'
import { reasonOf } from '@/components/messages'

export function usePatch(id: string) {
  const address = `/api/enforcement/patches/${encodeURIComponent(id)}`
  const patch = shallowRef<Patch | null>(null)
  const failure = ref('')
  const missing = ref(false)
  const sent = ref<number | null>(null)

  async function load(): Promise<void> {
    failure.value = ''
    missing.value = false
    try {
      patch.value = await get<Patch>(address)
    } catch (error) {
      missing.value = error instanceof ApiError && (error.status === 404 || error.status === 403)
      failure.value = reasonOf(error)
    }
  }

  async function confirm(outcome: Outcome, reason: string, parts: PartIn[] = []): Promise<Patch> {
    return (patch.value = await post<Patch>(`${address}/confirm`, { outcome, reason, parts }))
  }

  async function reopen(reason: string): Promise<Patch> {
    return (patch.value = await post<Patch>(`${address}/reopen`, { reason }))
  }

  async function step(name: string, opinion: string): Promise<Patch> {
    return (patch.value = await post<Patch>(`${address}/steps/${name}`, { opinion }))
  }

  async function assign(toUser: number | null, note: string): Promise<Patch> {
    return (patch.value = await post<Patch>(`${address}/assign`, { to_user: toUser, note }))
  }

  async function consult(body: { question: string; offices: number[]; rule: 'all' | 'majority' }): Promise<Patch> {
    return (patch.value = await post<Patch>(`${address}/consult`, body))
  }

  async function addPhotos(files: readonly File[]): Promise<void> {
    const form = new FormData()
    for (const file of files) form.append('files', file)
    sent.value = 0
    try {
      patch.value = await upload<Patch>(`${address}/photos`, form, (share) => {
        sent.value = share
      })
    } finally {
      sent.value = null
    }
  }

  return { patch, failure, missing, sent, dossier: `${address}/dossier.pdf`, load, confirm, reopen, step, assign, consult, addPhotos }
}
