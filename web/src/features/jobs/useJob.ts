import { computed, ref } from 'vue'
import { get } from '@/api/client'
import type { Job, JobPage } from '@/api/types'
import { usePolling } from './usePolling'

const POLL = 1000

/**
 * The job that works on one thing, followed while it runs. With a target it is found again after a reload.
 * `ended` is called once for a job seen running that has come to its end.
 */
export function useJob(target: string | null, ended: (job: Job) => void = () => {}) {
  const job = ref<Job | null>(null)
  const running = computed(() => job.value?.status === 'queued' || job.value?.status === 'running')
  let asked = target === null

  async function look(): Promise<void> {
    if (!asked) {
      asked = true
      const { rows } = await get<JobPage>('/api/jobs', { target, size: 1 })
      const [last] = rows
      if (!job.value && last && (last.status === 'queued' || last.status === 'running')) job.value = last
      return
    }
    if (!job.value || !running.value) return
    const now = await get<Job>(`/api/jobs/${job.value.id}`)
    const over = now.status !== 'queued' && now.status !== 'running'
    job.value = now
    if (over) ended(now)
  }
  /** A job that cannot be asked for at the moment is asked for again at the next turn. */
  const polling = usePolling(() => look().catch(() => {}), () => (running.value ? POLL : null))

  function follow(started: Job): void {
    asked = true
    job.value = started
    void polling.now()
  }
  function forget(): void {
    job.value = null
  }
  return { job, running, follow, forget }
}
