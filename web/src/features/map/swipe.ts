/** Comparing two versions side by side: one left of a divider, the other right of it. */
import type OlMap from 'ol/Map'
import type BaseLayer from 'ol/layer/Layer'
import { unByKey } from 'ol/Observable'
import { getRenderPixel } from 'ol/render'
import type RenderEvent from 'ol/render/Event'

export interface SwipeState {
  /** ids of layer versions */
  left: number
  right: number
  /** place of the divider, 0..1 of the map's width */
  at: number
}

export const clampShare = (share: number): number => Math.min(0.98, Math.max(0.02, share))

/** Draw a layer on one side of the divider only; answers with how to undo it. */
export function clipTo(
  side: 'left' | 'right',
  layer: BaseLayer,
  map: OlMap,
  at: () => number,
): () => void {
  const before = layer.on('prerender', (event: RenderEvent) => {
    const context = event.context as CanvasRenderingContext2D
    const [width = 0, height = 0] = map.getSize() ?? []
    const middle = width * at()
    const [from, to] = side === 'left' ? [0, middle] : [middle, width]
    const corners = [
      [from, 0],
      [to, 0],
      [to, height],
      [from, height],
    ].map((pixel) => getRenderPixel(event, pixel))
    context.save()
    context.beginPath()
    corners.forEach(([x = 0, y = 0], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)))
    context.closePath()
    context.clip()
  })
  const after = layer.on('postrender', (event: RenderEvent) => {
    ;(event.context as CanvasRenderingContext2D).restore()
  })
  return () => unByKey([before, after])
}
