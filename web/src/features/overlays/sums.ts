/** Figures of a run that the page makes from those of the server. */
import type { OverlayRun } from '@/api/types'

/** `12.34%`; nothing of nothing is nothing. */
export function percentOf(part: string, whole: string): string {
  const all = Number(whole)
  return all > 0 ? `${((Number(part) / all) * 100).toFixed(2)}%` : ''
}

/** Ground that no layer covers: what is left when all have taken theirs, in whole hundredths. */
export function uncovered(run: Pick<OverlayRun, 'seen_m2' | 'sums'>, label: string): { label: string; m2: string } {
  const cents = (m2: string): number => Math.round(Number(m2) * 100)
  const left = run.sums.reduce((rest, one) => rest - cents(one.first.m2), cents(run.seen_m2))
  return { label, m2: (left / 100).toFixed(2) }
}
