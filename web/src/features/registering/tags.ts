import type { Registration, TagType } from '@/api/types'

const TAGS: Record<Registration['state'], TagType> = {
  applied: 'warning', checked: 'primary', surveyed: 'primary', approved: 'primary', registered: 'success', refused: 'danger', withdrawn: 'info',
}

/** The colour of where an application stands. */
export const registrationTag = (state: Registration['state']): TagType => TAGS[state]
