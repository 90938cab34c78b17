/** The patches that wait outdoors, the nearest first as soon as it is known where the device is. */
import { computed, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { get } from '@/api/client'
import type { FieldTask, FieldTasks } from '@/api/types'
import { reasonOf } from '@/components/messages'
import { nearness } from './nearest'
import type { Nearness } from './nearest'
import type { Here } from './useHere'

export type Whose = 'all' | 'mine' | 'pool'
export interface Placed {
  task: FieldTask
  /** null while it is not known where the device is */
  near: Nearness | null
  /** Its number on the map and in the list. */
  rank: number
}

export function useTasks(here: Ref<Here | null>) {
  const answer = shallowRef<FieldTasks | null>(null)
  const failure = ref('')
  const whose = ref<Whose>('all')
  const chosen = ref<number | null>(null)

  async function load(): Promise<void> {
    failure.value = ''
    try {
      answer.value = await get<FieldTasks>('/api/enforcement/field-tasks')
    } catch (problem) {
      failure.value = reasonOf(problem)
    }
  }

  const placed = computed<Placed[]>(() => {
    const place = here.value?.lonLat
    const rows = (answer.value?.rows ?? [])
      .filter((task) => whose.value === 'all' || task.mine === (whose.value === 'mine'))
      .map((task) => ({ task, near: place ? nearness(place, task.geometry) : null }))
    if (place) rows.sort((a, b) => (a.near?.metres ?? 0) - (b.near?.metres ?? 0))
    return rows.map((row, i) => ({ ...row, rank: i + 1 }))
  })
  const current = computed(() => placed.value.find((row) => row.task.id === chosen.value) ?? null)

  return { answer, failure, whose, chosen, placed, current, load }
}
