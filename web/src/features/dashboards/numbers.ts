/** How the numbers of a dashboard are written, compared and coloured. */
import type { DashboardChart, DashboardFigure } from '@/api/types'
import { NOTHING, area, count } from '@/components/format'

type Kind = DashboardFigure['kind']

export function figureText(kind: Kind, value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING
  if (kind === 'percent') return `${(value * 100).toFixed(2)}%`
  return kind === 'integer' ? count(value) : area(value)
}

export interface Change {
  direction: 'more' | 'less' | 'same' | 'none'
  text: string
}

/** Against the period before; shares differ by percentage points. */
export function changeOf(figure: Pick<DashboardFigure, 'kind' | 'value' | 'previous'>): Change {
  const { value, previous, kind } = figure
  if (value === null || previous === null) return { direction: 'none', text: '' }
  const by = Math.abs(value - previous)
  if (by < 0.000_05) return { direction: 'same', text: '' }
  const text = kind === 'percent' ? `${(by * 100).toFixed(2)}%` : figureText(kind, by)
  return { direction: value > previous ? 'more' : 'less', text }
}

/** Light to dark; the difference is read without telling red from green. */
export const SHADES = ['#e3efe8', '#b5d6c4', '#7fb89a', '#44936b', '#1a6440'] as const
export const BAD_SHADES = ['#fbe9e7', '#f3c1bb', '#e58c84', '#cf5550', '#97211f'] as const
export const NO_DATA = '#f1f1ee'

export interface Step {
  from: number
  to: number
}

/** At most five equal steps from nothing to the largest value; whole numbers stay whole. */
export function stepsOf(values: number[], kind: Kind): Step[] {
  const most = Math.max(0, ...values)
  if (most <= 0) return []
  const wanted = kind === 'integer' ? Math.min(SHADES.length, Math.ceil(most)) : SHADES.length
  const edges = Array.from({ length: wanted + 1 }, (_, n) =>
    kind === 'integer' ? Math.round((most * n) / wanted) : (most * n) / wanted,
  )
  return edges.slice(1).map((to, n) => ({ from: edges[n] ?? 0, to }))
}

/** The step a value lies in: above `from`, up to `to`; -1 for nothing. */
export function stepAt(steps: Step[], value: number | null | undefined): number {
  if (!value || value <= 0) return -1
  const found = steps.findIndex((step) => value <= step.to)
  return found < 0 ? steps.length - 1 : found
}

/** Where the rows behind one part of a chart are shown; empty when there is no ledger behind it. */
export function partLink(
  page: string,
  chart: Pick<DashboardChart, 'query' | 'narrow' | 'series'>,
  category: number,
  series: number,
): { path: string; query: Record<string, string> } | null {
  const narrow = chart.narrow[category]
  if (!page || !narrow) return null
  return { path: page, query: { ...chart.query, ...narrow, ...chart.series[series]?.narrow } }
}

/** Whether there is anything to draw. */
export const hasNumbers = (chart: Pick<DashboardChart, 'series'>): boolean =>
  chart.series.some((series) => series.values.some((value) => value !== 0))
