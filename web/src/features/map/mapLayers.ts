/** OpenLayers layers for what the server publishes, and the order they lie in. */
import type { Feature as GeoFeature } from 'geojson'
import { MVT, GeoJSON } from 'ol/format'
import Feature from 'ol/Feature'
import type { Geometry } from 'ol/geom'
import Graticule from 'ol/layer/Graticule'
import VectorLayer from 'ol/layer/Vector'
import VectorTileLayer from 'ol/layer/VectorTile'
import { transformExtent } from 'ol/proj'
import VectorSource from 'ol/source/Vector'
import VectorTileSource from 'ol/source/VectorTile'
import { Fill, Stroke, Text } from 'ol/style'
import type { StyleLike } from 'ol/style/Style'
import type { Bounds, LayerVersion, LegendEntry } from '@/api/types'
import { layerStyle, patchStyle } from './styles'

/** The map is drawn in web mercator. CGCS2000 and WGS 84 lon/lat agree to centimetres. */
export const MAP_CRS = 'EPSG:3857'
export const LONLAT = 'EPSG:4326'

// Deeper zooms enlarge these tiles: one unit of a level-17 tile is already 8 cm.
const DEEPEST_TILES = 17
// The widest outline; more would draw neighbours' figures again for nothing.
const RENDER_BUFFER = 8
// Tiles drawn and kept: going back to where one was costs nothing.
const TILES_KEPT = 256
const PATCH_TILES = '/api/enforcement/tiles/{z}/{x}/{y}.mvt'

export const DEPTH = {
  base: 0,
  graticule: 1,
  layers: 10,
  holdings: 52,
  patches: 60,
  boundary: 70,
  drawing: 75,
  highlight: 80,
  measure: 90,
} as const

/** Shares one layer's depth among many: layers keep below the patches however many there are. */
export const depthOf = (height: number): number => DEPTH.layers + Math.min(height, 400) / 10

/** A layer version as it is to be drawn; opacity 0..1; the higher lies above the lower. */
export interface DrawnLayer {
  version: LayerVersion
  legend: LegendEntry[]
  opacity: number
  height: number
}

export type TileLayerOfVersion = VectorTileLayer<VectorTileSource>

export function tileLayer(url: string, style: StyleLike, zIndex: number): TileLayerOfVersion {
  return new VectorTileLayer({
    // Tiles are kept as pictures while dragging: 100 000 polygons stay smooth without a GPU.
    renderMode: 'hybrid',
    source: new VectorTileSource({ format: new MVT(), url, maxZoom: DEEPEST_TILES, transition: 0 }),
    style,
    zIndex,
    declutter: false,
    renderBuffer: RENDER_BUFFER,
    cacheSize: TILES_KEPT,
  })
}

export function versionLayer(drawn: DrawnLayer): TileLayerOfVersion {
  const layer = tileLayer(drawn.version.tiles, layerStyle(drawn.legend), depthOf(drawn.height))
  layer.setOpacity(drawn.opacity)
  if (drawn.version.bounds) layer.setExtent(transformExtent(drawn.version.bounds, LONLAT, MAP_CRS))
  return layer
}

export function patchLayer(opacity: number): TileLayerOfVersion {
  const layer = tileLayer(PATCH_TILES, patchStyle, DEPTH.patches)
  layer.setOpacity(opacity)
  return layer
}

export function drawingLayer(style: StyleLike, zIndex: number): VectorLayer<VectorSource> {
  return new VectorLayer({ source: new VectorSource(), style, zIndex })
}

const degrees = (value: number) => `${Number(value.toFixed(4))}°`

const degreeLabel = (textAlign: CanvasTextAlign, textBaseline: CanvasTextBaseline) =>
  new Text({
    font: '12px sans-serif',
    fill: new Fill({ color: '#3f4a42' }),
    stroke: new Stroke({ color: '#faf8f1', width: 4 }),
    textAlign,
    textBaseline,
  })

/** Faint lines of longitude and latitude, so that an empty map still has a size. */
export function graticule(): Graticule {
  return new Graticule({
    strokeStyle: new Stroke({ color: 'rgba(90, 105, 95, 0.34)', width: 1 }),
    showLabels: true,
    lonLabelFormatter: degrees,
    latLabelFormatter: degrees,
    lonLabelStyle: degreeLabel('center', 'bottom'),
    latLabelStyle: degreeLabel('start', 'middle'),
    lonLabelPosition: 0.02,
    latLabelPosition: 0.005,
    intervals: [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001],
    wrapX: false,
    zIndex: DEPTH.graticule,
  })
}

const geojson = new GeoJSON({ dataProjection: LONLAT, featureProjection: MAP_CRS })

/** A lon/lat geometry as a map feature; `null` when there is none. */
export function toFeature(geometry: GeoFeature['geometry'] | null): Feature | null {
  // A geometry read alone is never a collection of features.
  return geometry ? new Feature(geojson.readGeometry(geometry) as Geometry) : null
}

export const toMapExtent = (bounds: Bounds): number[] => transformExtent(bounds, LONLAT, MAP_CRS)
