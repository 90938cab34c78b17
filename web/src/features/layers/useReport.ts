/** A report as a workbook: a short one at once, a long one by a job, found in the list of exports. */
import { ElMessage } from 'element-plus'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { ApiError, download, post } from '@/api/client'
import { showError } from '@/components/messages'

export function useReport(): (file: string, later: string) => Promise<void> {
  const { t } = useI18n()
  const router = useRouter()

  async function inBackground(address: string): Promise<void> {
    await post(address)
    ElMessage.success(t('layers.exportStarted'))
    await router.push({ name: 'layer-exports' })
  }
  return async (file, later) => {
    try {
      await download(file)
    } catch (fault) {
      if (fault instanceof ApiError && fault.code === 'too_long') await inBackground(later).catch(showError)
      else showError(fault)
    }
  }
}
