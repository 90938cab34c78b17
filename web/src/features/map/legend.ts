/** Finding a category's colour: land classes are hierarchical codes, so the longest prefix wins. */

/**
 * 0101K finds 0101, then 01; nothing matching gives `undefined`.
 * A legend of one entry is of a layer without categories: it is for all.
 */
export function legendFor<T extends { code: string }>(
  legend: readonly T[],
  category: string,
): T | undefined {
  if (legend.length === 1) return legend[0]
  let best: T | undefined
  for (const item of legend) {
    if (category.startsWith(item.code) && (best === undefined || item.code.length > best.code.length)) {
      best = item
    }
  }
  return best
}

export interface LegendGroup<T> {
  prefix: string
  items: T[]
}

/** First-level groups (two digits) of a long legend; a short legend is one group. */
export function groupLegend<T extends { code: string }>(legend: readonly T[], longest = 8): LegendGroup<T>[] {
  if (legend.length <= longest) return [{ prefix: '', items: [...legend] }]
  const groups = new Map<string, T[]>()
  for (const item of legend) {
    const prefix = item.code.slice(0, 2)
    groups.set(prefix, [...(groups.get(prefix) ?? []), item])
  }
  return [...groups].map(([prefix, items]) => ({ prefix, items }))
}
