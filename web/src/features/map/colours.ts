import type { Outcome } from '@/api/types'
import { outcomeColours } from '@/components/outcomes'

export const outcomeColour = (outcome: string): string =>
  outcomeColours[outcome as Outcome] ?? outcomeColours.undetermined

/** `#rrggbb` (or `#rgb`) with an opacity 0..1; any other notation is given back as it is. */
export function withAlpha(colour: string, alpha: number): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  const parts = short ? short.slice(1).map((c) => c + c) : long?.slice(1)
  if (!parts) return colour
  return `rgba(${parts.map((part) => Number.parseInt(part, 16)).join(', ')}, ${alpha})`
}
