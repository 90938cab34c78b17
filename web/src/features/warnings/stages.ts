import type { TagType } from '@/api/types'

/** Colours of where a warning stands. */
export const STAGE_TAGS: Record<string, TagType> = {
  proposed: 'warning', decided: 'warning', sent: 'danger', answered: 'primary', closed: 'success', dropped: 'info',
}
