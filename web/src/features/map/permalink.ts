/** The map's state in the address bar, so that a colleague can be sent a view. */
import type { Bounds } from '@/api/types'
import { clampShare } from './swipe'
import type { SwipeState } from './swipe'
import { isHolding } from './useHoldings'
import type { HoldingLayer } from './useHoldings'

export interface MapState {
  /** lon/lat in degrees */
  center: [number, number]
  zoom: number
}

export interface LayerState {
  /** ids of the layer versions that are on, the uppermost first */
  versions: number[]
  patches: boolean
  /** 0..1 by version id, and of the patches under 0; absent is the layer's usual one */
  opacity?: Record<number, number>
  /** code of the base map; empty is none */
  base?: string
  /** what of the register of holdings is on, and by what parcels are coloured */
  holdings?: { on: HoldingLayer[]; by: string }
}

export interface LinkState {
  view: MapState
  layers: LayerState
  swipe: SwipeState | null
  /** lon/lat of the place that was asked about */
  selected: [number, number] | null
}

type Query = Record<string, string | null | (string | null)[] | undefined>

const PATCHES = 'patches'

function single(value: Query[string]): string | undefined {
  const one = Array.isArray(value) ? value[0] : value
  return one ?? undefined
}

/** `null` when the query holds no usable view. */
export function readView(query: Query): MapState | null {
  const parts = (single(query['at']) ?? '').split(',').map(Number)
  const [lon, lat, zoom] = parts
  if (lon === undefined || lat === undefined || zoom === undefined || parts.length !== 3) return null
  if (![lon, lat, zoom].every(Number.isFinite)) return null
  if (Math.abs(lon) > 180 || Math.abs(lat) > 85 || zoom < 0 || zoom > 24) return null
  return { center: [lon, lat], zoom }
}

/** Bounds to show (`?bounds=w,s,e,n`), as links from other pages give them. */
export function readBounds(query: Query): Bounds | null {
  const [west, south, east, north, ...more] = (single(query['bounds']) ?? '').split(',').map(Number)
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null
  if (more.length || ![west, south, east, north].every(Number.isFinite)) return null
  if (west > east || south > north || west < -180 || east > 180 || south < -85 || north > 85) return null
  return [west, south, east, north]
}

const isId = (id: number): boolean => Number.isInteger(id) && id > 0

/** `null` when the query says nothing of layers; an empty list means all off. */
export function readLayers(query: Query): LayerState | null {
  const text = single(query['on'])
  if (text === undefined) return null
  const names = text.split(',').filter(Boolean)
  const opacity: Record<number, number> = {}
  for (const pair of (single(query['op']) ?? '').split(',')) {
    const [id, percent] = pair.split(':').map(Number)
    if (id !== undefined && percent !== undefined && percent >= 0 && percent <= 100) opacity[id] = percent / 100
  }
  return {
    versions: names.map(Number).filter(isId),
    patches: names.includes(PATCHES),
    opacity,
    base: single(query['base']) ?? '',
    holdings: { on: names.filter(isHolding), by: single(query['by']) ?? 'way' },
  }
}

/** Two versions and the divider's place: `left-right-50`. */
export function readSwipe(query: Query): SwipeState | null {
  const [left, right, percent] = (single(query['swipe']) ?? '').split('-').map(Number)
  if (left === undefined || right === undefined || percent === undefined) return null
  if (!isId(left) || !isId(right) || !Number.isFinite(percent)) return null
  return { left, right, at: clampShare(percent / 100) }
}

export function readSelected(query: Query): [number, number] | null {
  const [lon, lat] = (single(query['pick']) ?? '').split(',').map(Number)
  if (lon === undefined || lat === undefined || !Number.isFinite(lon) || !Number.isFinite(lat)) return null
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85 ? [lon, lat] : null
}

export function writeView(state: MapState): string {
  const [lon, lat] = state.center
  return `${lon.toFixed(6)},${lat.toFixed(6)},${state.zoom.toFixed(2)}`
}

export function writeLayers(state: LayerState): string {
  return [...state.versions.map(String), ...(state.patches ? [PATCHES] : []), ...(state.holdings?.on ?? [])].join(',')
}

/** All of it as a query; what is not set is left out. */
export function writeLink({ view, layers, swipe, selected }: LinkState): Record<string, string> {
  const opacity = Object.entries(layers.opacity ?? {})
    .map(([id, share]) => `${id}:${Math.round(share * 100)}`)
    .join(',')
  return {
    at: writeView(view),
    on: writeLayers(layers),
    ...(opacity ? { op: opacity } : {}),
    ...(layers.base ? { base: layers.base } : {}),
    ...(layers.holdings?.on.includes('parcels') ? { by: layers.holdings.by } : {}),
    ...(swipe ? { swipe: `${swipe.left}-${swipe.right}-${Math.round(swipe.at * 100)}` } : {}),
    ...(selected ? { pick: selected.map((v) => v.toFixed(7)).join(',') } : {}),
  }
}
