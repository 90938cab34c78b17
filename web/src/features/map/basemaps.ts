/** Base maps this installation declares, as map layers; none is drawn unless one is chosen. */
import TileLayer from 'ol/layer/Tile'
import { get as getProjection } from 'ol/proj'
import XYZ from 'ol/source/XYZ'
import TileGrid from 'ol/tilegrid/TileGrid'
import type { Basemap } from '@/api/types'
import { DEPTH, LONLAT, MAP_CRS } from './mapLayers'

type Part = Basemap['parts'][number]

// Matrix set "c" (CGCS2000 longitude and latitude): level 1 is two tiles wide and one high.
const lonLatGrid = (part: Part) =>
  new TileGrid({
    origin: [-180, 90],
    extent: [-180, -90, 180, 90],
    tileSize: 256,
    minZoom: part.min_zoom,
    resolutions: Array.from({ length: part.max_zoom + 1 }, (_, z) => 360 / 256 / 2 ** z),
  })

export function baseLayers(base: Basemap): TileLayer<XYZ>[] {
  return base.parts.map(
    (part, i) =>
      new TileLayer({
        source: new XYZ({
          url: part.url,
          transition: 0,
          attributions: undefined,
          ...(part.matrix === 'c'
            ? { projection: getProjection(LONLAT) ?? LONLAT, tileGrid: lonLatGrid(part) }
            : { projection: MAP_CRS, minZoom: part.min_zoom, maxZoom: part.max_zoom }),
        }),
        zIndex: DEPTH.base + i / 10,
        preload: 1,
      }),
  )
}
