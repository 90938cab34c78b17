/** How one patch, its parts and its photos look on the patch page's map. */
import type { FeatureLike } from 'ol/Feature'
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style'
import { outcomeColour, withAlpha } from '@/features/map/colours'

const ARROW_DISTANCE = 17
const PHOTO_COLOUR = '#0b57d0'
const FLAGGED_COLOUR = '#c43d00'

export const outlineStyle = [
  new Style({ stroke: new Stroke({ color: 'rgba(255, 255, 255, 0.9)', width: 6 }) }),
  new Style({
    fill: new Fill({ color: 'rgba(207, 63, 63, 0.05)' }),
    stroke: new Stroke({ color: '#c4161c', width: 2.6 }),
  }),
]

/** A part is coloured by its own outcome and carries its label. */
export function partStyle(feature: FeatureLike): Style {
  const colour = outcomeColour(String(feature.get('outcome')))
  return new Style({
    fill: new Fill({ color: withAlpha(colour, 0.38) }),
    stroke: new Stroke({ color: colour, width: 1.4, lineDash: [5, 3] }),
    text: new Text({
      text: String(feature.get('label') ?? ''),
      font: '600 12px "Noto Sans SC", sans-serif',
      fill: new Fill({ color: '#1d2b24' }),
      stroke: new Stroke({ color: 'rgba(255, 255, 255, 0.9)', width: 3.5 }),
      overflow: true,
    }),
  })
}

/** A numbered point; an arrow shows where the camera looked, when the photo says so. */
export function photoStyle(feature: FeatureLike): Style[] {
  const azimuth = feature.get('azimuth') as number | null
  const fill = new Fill({ color: feature.get('flagged') ? FLAGGED_COLOUR : PHOTO_COLOUR })
  const rim = new Stroke({ color: '#ffffff', width: 1.6 })
  const point = new Style({
    image: new Circle({ radius: 10, fill, stroke: rim }),
    text: new Text({
      text: String(feature.get('index')),
      font: '600 11px sans-serif',
      fill: new Fill({ color: '#ffffff' }),
    }),
  })
  if (azimuth === null) return [point]
  // Pushed up, then turned clockwise from north together with its offset. Narrower than high:
  // an even triangle would look the same turned by a third.
  const arrow = new Style({
    image: new RegularShape({
      points: 3,
      radius: 9,
      scale: [0.9, 1.2],
      fill,
      stroke: rim,
      rotation: (azimuth * Math.PI) / 180,
      displacement: [0, ARROW_DISTANCE],
    }),
  })
  return [arrow, point]
}
