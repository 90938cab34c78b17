import type { Outcome } from '@/api/types'

/** One colour per conclusion, the same on the map, in tags and in charts; white text on it is readable. */
export const OUTCOME_COLOURS: Record<Outcome, string> = {
  legal: '#23794d',
  illegal: '#cf3f3f',
  other: '#2b77b8',
  split: '#b8640a',
  undetermined: '#6b7280',
}

export const outcomeColour = (outcome: string): string =>
  OUTCOME_COLOURS[outcome as Outcome] ?? OUTCOME_COLOURS.undetermined

/** `#rgb`, `#rrggbb` or `#rrggbbaa` with another opacity 0..1; other notations stay as they are. */
export function withAlpha(colour: string, alpha: number): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i.exec(colour)
  const parts = short ? short.slice(1).map((c) => c + c) : long?.slice(1)
  if (!parts) return colour
  return `rgba(${parts.map((part) => Number.parseInt(part, 16)).join(', ')}, ${alpha})`
}
