/** How tasks, the ring around one, and the device itself look in the sun. */
import type { FeatureLike } from 'ol/Feature'
import { Point } from 'ol/geom'
import type { Geometry } from 'ol/geom'
import Feature from 'ol/Feature'
import { getCenter } from 'ol/extent'
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style'

const HERE = '#0b57d0'
const URGENT = '#c4161c'
const USUAL = '#1f6b45'
const WHITE = new Stroke({ color: '#ffffff', width: 2.5 })

/** A numbered dot, large enough for a finger; the outline beneath it. */
export function taskStyle(feature: FeatureLike): Style[] {
  const urgent = ['overdue', 'today'].includes(String(feature.get('due')))
  const chosen = Boolean(feature.get('chosen'))
  const color = urgent ? URGENT : USUAL
  const outline = new Style({
    fill: new Fill({ color: 'rgba(207, 63, 63, 0.12)' }),
    stroke: new Stroke({ color: '#c4161c', width: chosen ? 3.5 : 2 }),
  })
  const dot = new Style({
    geometry: middle,
    image: new Circle({ radius: chosen ? 17 : 14, fill: new Fill({ color }), stroke: WHITE }),
    text: new Text({ text: String(feature.get('rank') ?? ''), font: '700 14px sans-serif', fill: new Fill({ color: '#ffffff' }) }),
    zIndex: chosen ? 2 : 1,
  })
  // Close to the chosen patch the dot would hide what one came to see.
  return chosen ? [outline] : [outline, dot]
}

function middle(feature: FeatureLike): Geometry {
  const shape = feature instanceof Feature ? feature.getGeometry() : null
  return new Point(getCenter(shape?.getExtent() ?? [0, 0, 0, 0]))
}

export const ringStyle = new Style({
  fill: new Fill({ color: 'rgba(11, 87, 208, 0.06)' }),
  stroke: new Stroke({ color: HERE, width: 2, lineDash: [10, 7] }),
})

export const accuracyStyle = new Style({
  fill: new Fill({ color: 'rgba(11, 87, 208, 0.12)' }),
  stroke: new Stroke({ color: 'rgba(11, 87, 208, 0.5)', width: 1 }),
})

/** The dot of the device; with an arrow where it moves, when that is known. */
export function hereStyle(feature: FeatureLike): Style[] {
  const heading = feature.get('heading') as number | null
  const dot = new Style({ image: new Circle({ radius: 9, fill: new Fill({ color: HERE }), stroke: WHITE }) })
  if (heading === null) return [dot]
  const arrow = new Style({
    image: new RegularShape({
      points: 3, radius: 9, scale: [0.9, 1.3], fill: new Fill({ color: HERE }), stroke: WHITE,
      rotation: heading, displacement: [0, 17],
    }),
  })
  return [arrow, dot]
}
