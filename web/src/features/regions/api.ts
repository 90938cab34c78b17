import { get, post, upload } from '@/api/client'
import type {
  RegionChange, RegionChangePage, RegionDetail, RegionImport, RegionImportRows, RegionLine, RegionList, RegionPlan,
  RegionProblems,
} from '@/api/types'

const ROOT = '/api/regions'

export interface Listing {
  parent: string
  q: string
  without_boundary: boolean
  retired: boolean
  page: number
  size: number
}
export const list = (wanted: Listing) => get<RegionList>(`${ROOT}/list`, { ...wanted })
export const detail = (code: string) => get<RegionDetail>(`${ROOT}/${code}`)
export const changes = (page: number, size: number) => get<RegionChangePage>(`${ROOT}/changes`, { page, size })
export const previewChange = (change: RegionChange) => post<RegionPlan>(`${ROOT}/changes/preview`, change)
export const recordChange = (change: RegionChange) => post<RegionLine[]>(`${ROOT}/changes`, change)

export const imports = () => get<RegionImport[]>(`${ROOT}/imports`)
export const oneImport = (id: string | number) => get<RegionImport>(`${ROOT}/imports/${id}`)
export const rows = (id: string | number, page: number, size: number) =>
  get<RegionImportRows>(`${ROOT}/imports/${id}/rows`, { page, size })
export const problems = (id: string | number, page: number, size: number) =>
  get<RegionProblems>(`${ROOT}/imports/${id}/problems`, { page, size })
export const accept = (id: string | number) => post<RegionImport>(`${ROOT}/imports/${id}/accept`)
export const discard = (id: string | number) => post<RegionImport>(`${ROOT}/imports/${id}/discard`)
export function startImport(file: File, layer: string, onProgress: (share: number) => void): Promise<RegionImport> {
  const form = new FormData()
  form.append('file', file)
  form.append('layer', layer)
  return upload<RegionImport>(`${ROOT}/imports`, form, onProgress)
}
