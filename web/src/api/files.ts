import { upload } from './client'
import type { FileKind, StoredFile } from './types'

/** Store a file, so that what is saved next can name it. */
export function sendFile(file: File, kind: FileKind = 'document', onProgress?: (share: number) => void): Promise<StoredFile> {
  const form = new FormData()
  form.append('file', file)
  form.append('kind', kind)
  return upload<StoredFile>('/api/files', form, onProgress)
}
