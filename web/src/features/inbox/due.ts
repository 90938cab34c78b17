import type { DeadlineState, Task, TagType } from '@/api/types'

export type DueState = Task['due'] | DeadlineState

/** The colour of each urgency; the words say the same. */
export const DUE_TAGS: Record<DueState, TagType> = {
  overdue: 'danger', today: 'warning', soon: 'warning', later: 'info', none: 'info', paused: 'info', done: 'success',
}
