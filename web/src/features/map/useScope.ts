/** The user's own region: where the map starts and whose boundary it draws. */
import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError, get } from '@/api/client'
import type { Bounds, Region, RegionFeature, Session } from '@/api/types'
import { useSession } from '@/features/session/session'
import type { BaseMap } from './mapLayers'

// Until anything better is known: the country.
const COUNTRY: Bounds = [73, 18, 135, 54]

export function useScope() {
  const { t } = useI18n()
  const session = useSession()
  const boundary = shallowRef<RegionFeature | null>(null)
  const bounds = shallowRef<Bounds | null>(null)
  const note = ref('')

  /** A county may put picture tiles of its own under the map. */
  const base = computed<BaseMap | null>(
    () => (session.session as (Session & { base_map?: BaseMap | null }) | null)?.base_map ?? null,
  )

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
      const feature = await get<RegionFeature>(`/api/regions/${code}/geometry`)
      boundary.value = feature.geometry ? feature : null
      if (!boundary.value) note.value = t('map.state.noBoundary')
    } catch (error) {
      note.value =
        error instanceof ApiError && error.status !== 404 ? error.message : t('map.state.noBoundary')
    }
  }

  return { boundary, bounds, base, note, load }
}
