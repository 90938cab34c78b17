import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type SystemStatus = Schemas['StatusOut']
export type Finding = Schemas['FindingOut']
export type BackupPage = Schemas['BackupPage']
export type DrillPage = Schemas['DrillPage']
export type DrillDetail = Schemas['DrillDetail']
export type Component = Schemas['ComponentOut']

export const TAGS = { ok: 'success', warning: 'warning', error: 'danger' } as const

/** The worst level decides the headline; `n` counts what is of that level. */
export function verdict(findings: Finding[]): { level: Finding['level']; n: number } {
  for (const level of ['error', 'warning'] as const) {
    const n = findings.filter((finding) => finding.level === level).length
    if (n) return { level, n }
  }
  return { level: 'ok', n: 0 }
}

export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
