import type { AuditQuery } from '@/api/types'

/** What the form above the list asks for. Times are those of the picker, in the browser's zone. */
export interface AuditForm {
  time: [Date, Date] | null
  person: string
  kind: string
  act: string
  success: '' | 'true' | 'false'
  address: string
  text: string
  targetType: string
  targetId: string
}

export const emptyForm = (): AuditForm => ({
  time: null,
  person: '',
  kind: '',
  act: '',
  success: '',
  address: '',
  text: '',
  targetType: '',
  targetId: '',
})

/** The form as the API asks for it; what is empty is left out. */
export function queryOf(form: AuditForm): AuditQuery {
  const query: AuditQuery = {}
  if (form.time) {
    query.since = form.time[0].toISOString()
    query.until = form.time[1].toISOString()
  }
  if (form.success) query.success = form.success === 'true'
  const texts = { person: form.person, kind: form.kind, act: form.act, address: form.address, text: form.text, target_type: form.targetType, target_id: form.targetId }
  for (const [name, value] of Object.entries(texts)) {
    if (value.trim()) Object.assign(query, { [name]: value.trim() })
  }
  return query
}
