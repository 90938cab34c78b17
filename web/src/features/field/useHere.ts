/** Where the device is, as long as the page is looked at; why not, when it cannot be told. */
import Geolocation, { GeolocationError } from 'ol/Geolocation'
import { unByKey } from 'ol/Observable'
import { toLonLat } from 'ol/proj'
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { MAP_CRS } from '@/features/map/mapLayers'
import type { LonLat } from './nearest'

export interface Here {
  lonLat: LonLat
  /** In the map's own coordinates. */
  place: number[]
  /** Radius within which the device is likely to be, metres. */
  accuracy: number
  /** Where it moves to, radians clockwise from north; null while it stands or the device cannot tell. */
  heading: number | null
  at: Date
}
/** `insecure`: browsers tell positions only to pages that came by https. */
export type HereState = 'waiting' | 'found' | 'denied' | 'unavailable' | 'slow' | 'insecure' | 'unsupported'

const PATIENCE = 20_000 // milliseconds for a first position under open sky
const REFUSALS: Record<number, HereState> = { 1: 'denied', 2: 'unavailable', 3: 'slow' }

export function useHere() {
  const here = shallowRef<Here | null>(null)
  const state = ref<HereState>('waiting')
  const locating = new Geolocation({
    projection: MAP_CRS,
    trackingOptions: { enableHighAccuracy: true, maximumAge: 2_000, timeout: PATIENCE },
  })
  const keys = [
    locating.on('change', () => {
      const place = locating.getPosition()
      if (!place) return
      const [lon = 0, lat = 0] = toLonLat(place)
      here.value = {
        lonLat: [lon, lat], place, accuracy: locating.getAccuracy() ?? 0,
        heading: locating.getHeading() ?? null, at: new Date(),
      }
      state.value = 'found'
    }),
    locating.on('error', (event) => {
      state.value = event instanceof GeolocationError ? (REFUSALS[event.code] ?? 'unavailable') : 'unavailable'
      // A refused permission is no place; a lost signal leaves the last one standing.
      if (state.value === 'denied') here.value = null
    }),
  ]

  function start(): void {
    locating.setTracking(false)
    if (!window.isSecureContext) state.value = 'insecure'
    else if (!('geolocation' in navigator)) state.value = 'unsupported'
    else {
      state.value = 'waiting'
      locating.setTracking(true)
    }
  }

  const stop = (): void => locating.setTracking(false)
  onBeforeUnmount(() => {
    stop()
    unByKey(keys)
  })
  return { here, state, start, stop, accuracyOf: () => locating.getAccuracyGeometry() }
}
