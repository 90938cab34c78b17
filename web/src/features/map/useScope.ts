/** The user's own region: where the map starts and whose boundary it draws. */
import { ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError, get } from '@/api/client'
import type { Bounds, Region, RegionFeature } from '@/api/types'
import { useSession } from '@/features/session/session'

// Until anything better is known: the country.
const COUNTRY: Bounds = [73, 18, 135, 54]

export function useScope() {
  const { t } = useI18n()
  const session = useSession()
  const boundary = shallowRef<RegionFeature | null>(null)
  const bounds = shallowRef<Bounds | null>(null)
  const note = ref('')

  async function load(): Promise<void> {
    const code = session.user?.region?.code
    if (!code) return
    try {
      const regions = await get<Region[]>('/api/regions')
      bounds.value =
        regions.find((region) => region.code === code)?.bounds ?? session.county?.bounds ?? COUNTRY
    } catch {
      bounds.value = session.county?.bounds ?? COUNTRY
    }
    try {
      boundary.value = await get<RegionFeature>(`/api/regions/${code}/geometry`)
    } catch (error) {
      note.value =
        error instanceof ApiError && error.status !== 404 ? error.message : t('map.state.noBoundary')
    }
  }

  return { boundary, bounds, note, load }
}
