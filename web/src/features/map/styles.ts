/** How layers, patches and drawings look on the map. */
import type { FeatureLike } from 'ol/Feature'
import { LineString, MultiPoint, Point, Polygon } from 'ol/geom'
import RenderFeature from 'ol/render/Feature'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style'
import type { StyleFunction } from 'ol/style/Style'
import type { LegendEntry } from '@/api/types'
import { outcomeColour, withAlpha } from './colours'
import { legendFor } from './legend'

const UNKNOWN_CATEGORY = '#9aa39d'
const HATCH_STEP = 8
// Beyond this many metres per pixel outlines of single features are only dirt.
const OUTLINE_RESOLUTION = 8
// Beyond this many metres per pixel a patch is smaller than a dot.
const DOT_RESOLUTION = 8
// Names of sketches are read from nearby only.
const SKETCH_NAME_RESOLUTION = 20

/** Diagonal lines over a thin wash, so that what lies under a red line stays readable. */
function hatch(entry: LegendEntry): CanvasPattern | string {
  const wash = withAlpha(entry.fill, 0.08)
  const ratio = Math.max(1, Math.round(window.devicePixelRatio))
  const size = HATCH_STEP * ratio
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')
  if (!context) return wash
  context.fillStyle = wash
  context.fillRect(0, 0, size, size)
  context.strokeStyle = entry.stroke
  context.lineWidth = ratio
  context.beginPath()
  // Three strokes, so that the corners of neighbouring tiles of the pattern meet.
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - ratio, size + ratio)
    context.lineTo(shift + size + ratio, -ratio)
  }
  context.stroke()
  return context.createPattern(canvas, 'repeat') ?? wash
}

function entryStyles(entry: LegendEntry | undefined): { near: Style; far: Style } {
  const fill = new Fill({
    color: entry ? (entry.hatch ? hatch(entry) : entry.fill) : withAlpha(UNKNOWN_CATEGORY, 0.3),
  })
  const color = entry?.stroke ?? UNKNOWN_CATEGORY
  const outline = (width: number) => new Stroke({ color, width })
  return {
    near: new Style({ fill, stroke: outline(entry?.hatch ? 1.8 : 0.6) }),
    far: new Style(entry?.hatch ? { fill, stroke: outline(0.8) } : { fill }),
  }
}

/** Style of a reference layer by its legend; a category outside the legend is grey. */
export function layerStyle(legend: readonly LegendEntry[]): StyleFunction {
  const known = new Map<string, { near: Style; far: Style }>()
  return (feature, resolution) => {
    const category = String(feature.get('category') ?? '')
    let styles = known.get(category)
    if (!styles) {
      styles = entryStyles(legendFor(legend, category))
      known.set(category, styles)
    }
    return resolution > OUTLINE_RESOLUTION ? styles.far : styles.near
  }
}

function centre(feature: FeatureLike): Point | undefined {
  if (!(feature instanceof RenderFeature)) return undefined
  const [x, y] =
    feature.getType() === 'Polygon'
      ? feature.getFlatInteriorPoint()
      : feature.getFlatInteriorPoints()
  return x === undefined || y === undefined ? undefined : new Point([x, y])
}

/** Patches by outcome: solid once confirmed, dashed before; a dot when seen from afar. */
export const patchStyle: StyleFunction = (() => {
  const known = new Map<string, { near: Style; far: Style }>()
  return (feature: FeatureLike, resolution: number) => {
    const outcome = String(feature.get('outcome') ?? '')
    const confirmed = feature.get('stage') === 'confirmed'
    const key = `${outcome}/${confirmed}`
    let styles = known.get(key)
    if (!styles) {
      const colour = outcomeColour(outcome)
      styles = {
        near: new Style({
          fill: new Fill({ color: withAlpha(colour, 0.28) }),
          stroke: new Stroke({ color: colour, width: 2, lineDash: confirmed ? undefined : [6, 4] }),
        }),
        far: new Style({
          geometry: centre,
          image: new Circle({
            radius: 5,
            fill: new Fill({ color: confirmed ? colour : '#ffffff' }),
            stroke: new Stroke({ color: colour, width: 2.5 }),
          }),
        }),
      }
      known.set(key, styles)
    }
    return resolution > DOT_RESOLUTION ? styles.far : styles.near
  }
})()

/** The boundary of the user's region: long and short dashes over a light band. */
export const boundaryStyle = [
  new Style({ stroke: new Stroke({ color: 'rgba(120, 60, 120, 0.16)', width: 7 }) }),
  new Style({ stroke: new Stroke({ color: '#5b3a63', width: 1.6, lineDash: [14, 4, 3, 4] }) }),
]

/** What was clicked or found. */
export const highlightStyle = [
  new Style({
    fill: new Fill({ color: 'rgba(0, 184, 212, 0.12)' }),
    stroke: new Stroke({ color: '#ffffff', width: 6 }),
  }),
  new Style({
    stroke: new Stroke({ color: '#0097a7', width: 3 }),
    image: new Circle({ radius: 6, stroke: new Stroke({ color: '#0097a7', width: 3 }) }),
  }),
]

const vertices = new Style({
  geometry: (feature) => {
    const geometry = feature.getGeometry()
    if (geometry instanceof Polygon) return new MultiPoint(geometry.getCoordinates().flat())
    return geometry instanceof LineString ? new MultiPoint(geometry.getCoordinates()) : undefined
  },
  image: new Circle({ radius: 3.5, fill: new Fill({ color: '#ffffff' }), stroke: new Stroke({ color: '#6a1b9a', width: 1.6 }) }),
})

/** The place of a fault in a drawing. */
export const faultStyle = new Style({
  image: new Circle({ radius: 10, stroke: new Stroke({ color: '#d32f2f', width: 3 }), fill: new Fill({ color: 'rgba(211, 47, 47, 0.2)' }) }),
})

/** What is being drawn: its corners can be seen and caught. */
export const draftStyle = [
  new Style({
    fill: new Fill({ color: 'rgba(106, 27, 154, 0.14)' }),
    stroke: new Stroke({ color: '#6a1b9a', width: 2.4 }),
    image: new Circle({ radius: 5.5, fill: new Fill({ color: '#6a1b9a' }), stroke: new Stroke({ color: '#ffffff', width: 2 }) }),
  }),
  vertices,
]

/** Kept sketches, each in its own colour with its name. */
export const sketchStyle: StyleFunction = (() => {
  const known = new Map<string, Style>()
  return (feature, resolution) => {
    const colour = String(feature.get('colour'))
    const name = resolution < SKETCH_NAME_RESOLUTION ? String(feature.get('name')) : ''
    const key = `${colour}/${name}`
    let style = known.get(key)
    if (!style) {
      style = new Style({
        fill: new Fill({ color: withAlpha(colour, 0.16) }),
        stroke: new Stroke({ color: colour, width: 2.4 }),
        image: new Circle({ radius: 5.5, fill: new Fill({ color: colour }), stroke: new Stroke({ color: '#ffffff', width: 1.6 }) }),
        text: new Text({
          text: name,
          font: '13px sans-serif',
          overflow: false,
          offsetY: feature.getGeometry()?.getType() === 'Point' ? -14 : 0,
          fill: new Fill({ color: colour }),
          stroke: new Stroke({ color: '#ffffff', width: 3 }),
        }),
      })
      known.set(key, style)
    }
    return style
  }
})()

export const measureStyle = new Style({
  fill: new Fill({ color: 'rgba(255, 193, 7, 0.18)' }),
  stroke: new Stroke({ color: '#b25e00', width: 2.4 }),
  image: new Circle({
    radius: 4.5,
    fill: new Fill({ color: '#ffffff' }),
    stroke: new Stroke({ color: '#b25e00', width: 2 }),
  }),
})
