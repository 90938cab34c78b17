/** Colour of a return's state. */
import type { TagType } from '@/api/types'

const TAGS: Record<string, TagType> = {
  frozen: 'warning', declined: 'danger', signed: 'primary', sent: 'success', sent_back: 'danger', replaced: 'info',
}
export const statusTag = (status: string): TagType => TAGS[status] ?? 'info'
