import { area } from '@/components/format'

export type Translate = (key: string, named: Record<string, unknown>) => string

/** Metres below a kilometre, then kilometres. */
export function lengthText(metres: number, t: Translate): string {
  return metres < 1000
    ? t('map.measure.metres', { value: area(metres) })
    : t('map.measure.kilometres', { value: area(metres / 1000) })
}
