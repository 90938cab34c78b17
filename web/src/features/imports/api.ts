import { get, post, put } from '@/api/client'
import type {
  Batch, BatchImport, FieldMapping, ImportProblemPage, ImportSummary, Job, JobPage,
} from '@/api/types'

const ROOT = '/api/enforcement/imports'

export const batches = () => get<Batch[]>('/api/enforcement/batches')
/** Measure anew what nobody has judged yet, with the layers now published. */
export const remeasure = (id: number) => post<Job>(`/api/enforcement/batches/${id}/measure`)
export const job = (id: string) => get<Job>(`/api/jobs/${id}`)
/** The jobs that measure a batch at this moment, whoever started them. */
export const running = async (): Promise<Job[]> =>
  (await get<JobPage>('/api/jobs', { kind: 'enforcement.measure', status: 'active', size: 100 })).rows
export const imports = () => get<ImportSummary[]>(ROOT)
export type BatchKind = Batch['kind']
export const start = (body: { file_id: number; period: string; title: string; kind: BatchKind }) =>
  post<BatchImport>(ROOT, body)
export const read = (id: number, preview: { encoding?: string; layer?: string } = {}) =>
  get<BatchImport>(`${ROOT}/${id}`, preview)
export const check = (id: number, body: { layer: string; encoding: string; mapping: FieldMapping }) =>
  put<BatchImport>(`${ROOT}/${id}/mapping`, body)
export const problems = (id: number, page: number, size: number) =>
  get<ImportProblemPage>(`${ROOT}/${id}/problems`, { page, size })
export const accept = (id: number) => post<BatchImport>(`${ROOT}/${id}/accept`)
export const discard = (id: number) => post<BatchImport>(`${ROOT}/${id}/discard`)
