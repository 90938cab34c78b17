/** Groups of a ledger made ready for the eye. */
import type { LedgerGroup } from '@/api/types'

const LEVELS = ['province', 'prefecture', 'county', 'township', 'village', 'group']

/** The level below a region level; null for the last one and for anything that is no region. */
export function deeper(dimension: string): string | null {
  const [kind, level = ''] = dimension.split(':')
  const place = LEVELS.indexOf(level)
  // Few counties keep villagers' groups: below the village come the rows.
  return kind === 'region' && place >= 0 && level !== 'village' && level !== 'group' ? `region:${LEVELS[place + 1]}` : null
}

interface Line {
  key: string
  label: string
  narrow: Record<string, string>
  count: number
  sums: Record<string, number>
}
export interface Crossed {
  rows: Line[]
  columns: Line[]
  cells: Map<string, LedgerGroup>
}

/** Hundredths are added as whole numbers, so that a sum of sums has no binary tail. */
function add(line: Line, group: LedgerGroup): void {
  line.count += group.count
  for (const [name, value] of Object.entries(group.sums))
    line.sums[name] = (Math.round((line.sums[name] ?? 0) * 100) + Math.round(value * 100)) / 100
}

/** Two dimensions as rows and columns, each with its own sum; in the order of `axes`; cells by `row key, newline, column key`. */
export function crossed(groups: LedgerGroup[], axes: string[][]): Crossed {
  const sides: [Map<string, Line>, Map<string, Line>] = [new Map(), new Map()]
  const cells = new Map<string, LedgerGroup>()
  for (const group of groups) {
    cells.set(group.keys.join('\n'), group)
    sides.forEach((side, index) => {
      const key = group.keys[index] ?? ''
      let line = side.get(key)
      if (!line) {
        line = { key, label: group.labels[index] ?? '', narrow: group.parts[index] ?? {}, count: 0, sums: {} }
        side.set(key, line)
      }
      add(line, group)
    })
  }
  const [rows, columns] = sides.map((side, index) => (axes[index] ?? []).flatMap((key) => side.get(key) ?? []))
  return { rows: rows ?? [], columns: columns ?? [], cells }
}
