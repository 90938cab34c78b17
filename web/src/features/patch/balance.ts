/** Do the figures of an overlay add up? Counted in hundredths, so that 0.1 + 0.2 is 0.3. */
import type { OverlayLayer, OverlayRow } from '@/api/types'

const hundredths = (value: number): number => Math.round(value * 100)

/** Sum of figures of two decimals, exact to two decimals. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + hundredths(value), 0) / 100
}

export interface LayerBalance {
  rows: OverlayRow[]
  insideM2: number
  insideMu: number
  outsideM2: number
  /** What the mu of the rows leave of the patch, so that the column adds up to the patch. */
  outsideMu: number
  totalM2: number
  totalMu: number
  /** m² by which inside + outside differ from the patch; 0 when all is well. */
  differenceM2: number
  /** m² by which the categories overlap one another; 0 when all is well. */
  overlapM2: number
}

export function balanceOf(layer: OverlayLayer, patch: { m2: number; mu: number }): LayerBalance {
  const insideMu = sum(layer.rows.map((row) => row.mu))
  const outsideMu = layer.outside_m2 > 0 ? Math.max(0, sum([patch.mu, -insideMu])) : 0
  const totalM2 = sum([layer.inside_m2, layer.outside_m2])
  return {
    rows: layer.rows,
    insideM2: layer.inside_m2,
    insideMu,
    outsideM2: layer.outside_m2,
    outsideMu,
    totalM2,
    totalMu: sum([insideMu, outsideMu]),
    differenceM2: sum([totalM2, -patch.m2]),
    overlapM2: Math.max(0, sum([...layer.rows.map((row) => row.m2), -layer.inside_m2])),
  }
}
