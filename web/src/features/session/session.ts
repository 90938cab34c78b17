import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { del, get, post, setCsrfToken } from '@/api/client'
import type { Session, User } from '@/api/types'

/** Whether a list of permissions holds one; `layers.*` holds every permission of its area. */
export function holds(permissions: string[], wanted: string): boolean {
  return permissions.includes(wanted) || permissions.includes(`${wanted.split('.')[0]}.*`)
}

/** Where the reason of the last end outlives a reload of the page. */
const NOTICE = 'liangtian.signedOut'

/** Who is signed in, for which county, and what he may do. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const user = computed<User | null>(() => session.value?.user ?? null)
  const county = computed(() => session.value?.county ?? null)
  let loading: Promise<void> | null = null
  let lastUser: number | null = null
  /** Why the last session ended, for the sign-in page. */
  const notice = ref(sessionStorage.getItem(NOTICE) ?? '')
  watch(notice, (said) => sessionStorage.setItem(NOTICE, said), { flush: 'sync' })

  function accept(answer: Session): void {
    setCsrfToken(answer.csrf_token)
    session.value = answer
    if (answer.ended_because) notice.value = answer.ended_because
  }

  /** Ask the server once; later calls wait for the same answer. */
  async function load(): Promise<void> {
    if (session.value) return
    loading ??= get<Session>('/api/session')
      .then(accept)
      .finally(() => {
        loading = null
      })
    await loading
  }

  /** Answers whether another person was signed in on this page before, whose data it may still hold. */
  async function signIn(username: string, password: string, code = ''): Promise<boolean> {
    await load()
    accept(await post<Session>('/api/session', { username, password, code }))
    notice.value = ''
    return lastUser !== null && lastUser !== user.value?.id
  }

  async function signOut(): Promise<void> {
    accept(await del<Session>('/api/session'))
    notice.value = ''
  }

  /** The server no longer knows us: ask afresh before the next screen. */
  function forget(message = ''): void {
    notice.value = message || notice.value
    lastUser = user.value?.id ?? lastUser
    session.value = null
  }

  const may = (permission: string): boolean => holds(user.value?.permissions ?? [], permission)

  /** Whether a reason is as long as the server asks for. */
  const explains = (text: string | null | undefined): boolean => (text ?? '').trim().length >= (session.value?.reason_characters ?? 1)

  return { session, user, notice, county, load, signIn, signOut, forget, may, explains }
})
