import { get, post, put } from '@/api/client'
import type { Intake, IntakeHolderPage, IntakeProblemPage, IntakeRowPage, IntakeSummary } from '@/api/types'

const ROOT = '/api/holdings/intakes'

export const TEMPLATE = `${ROOT}/template.xlsx`
export const marked = (id: number): string => `${ROOT}/${id}/marked.xlsx`
export const intakes = () => get<IntakeSummary[]>(ROOT)
export const start = (body: { title: string; on: string; table_id: number | null; figures_id: number | null }) =>
  post<Intake>(ROOT, body)
export const read = (id: number) => get<Intake>(`${ROOT}/${id}`)
export const chooseReading = (id: number, body: { sheet: string; header: number[] | null; layer: string }) =>
  put<Intake>(`${ROOT}/${id}/reading`, body)
export const matchColumns = (id: number, body: { mapping: Record<string, string | null>; constants: Record<string, string>; code_field: string }) =>
  put<Intake>(`${ROOT}/${id}/columns`, body)
export const check = (id: number, words: Record<string, Record<string, string>>) =>
  put<Intake>(`${ROOT}/${id}/words`, { words })
export const problems = (id: number, page: number, size: number, severity: string) =>
  get<IntakeProblemPage>(`${ROOT}/${id}/problems`, { page, size, severity })
export const rows = (id: number, page: number, size: number) => get<IntakeRowPage>(`${ROOT}/${id}/rows`, { page, size })
export const holders = (id: number, page: number, size: number) =>
  get<IntakeHolderPage>(`${ROOT}/${id}/holders`, { page, size })
export const decide = (id: number, body: { holders: number[]; decision: string; chosen: number | null }) =>
  put<{ decided: number }>(`${ROOT}/${id}/holders`, body)
export const enter = (id: number) => post<Intake>(`${ROOT}/${id}/enter`)
export const discard = (id: number) => post<Intake>(`${ROOT}/${id}/discard`)
