import { ElMessage } from 'element-plus'
import { ApiError } from '@/api/client'

/** What went wrong, in words for the user. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return error.message
  return error instanceof Error ? `程序出错：${error.message}` : '程序出错，请刷新页面后重试。'
}

export function showError(error: unknown): void {
  ElMessage({ type: 'error', message: reasonOf(error), showClose: true, duration: 6000 })
}
