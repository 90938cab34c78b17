/** How values are written on every screen. Times are shown in China's time zone. */

const twoDecimals = new Intl.NumberFormat('zh-CN', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})
const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 })
const inChina = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
})

const toTheSecond = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

export const NOTHING = '—'

/** An area already rounded to two decimals by the server, in whatever unit. */
export function area(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING
  return twoDecimals.format(Math.abs(value) < 0.005 ? 0 : value) // no minus before 0.00
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : whole.format(value)
}

/** `2026-01-31T16:05:00+00:00` becomes `2026-02-01 00:05`. */
export function dateTime(iso: string | null | undefined): string {
  return iso ? inChina.format(new Date(iso)) : NOTHING
}

/** Where the order of events matters: with seconds. */
export function exactTime(iso: string | null | undefined): string {
  return iso ? toTheSecond.format(new Date(iso)) : NOTHING
}

export function day(iso: string | null | undefined): string {
  return iso ? iso.slice(0, 10) : NOTHING
}

/** Today in China, as `2026-02-01`. */
export function today(): string {
  return inChina.format(new Date()).slice(0, 10)
}

/** An exact decimal sent as text, with `places` decimals: `1234567.5` becomes `1,234,567.50`. */
export function amount(text: string, places: number): string {
  const [, sign = '', whole = '0', rest = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? []
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${grouped}${places ? `.${rest.padEnd(places, '0').slice(0, places)}` : ''}`
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(0)} KB`
  if (size < 1024 ** 3) return `${(size / 1024 ** 2).toFixed(1)} MB`
  return `${(size / 1024 ** 3).toFixed(2)} GB`
}

/** Square metres as mu for display: 1 m² is exactly 0.0015 mu. */
export function muFromM2(m2: number | null): string {
  return m2 === null ? NOTHING : area((Math.round(m2 * 100) * 15) / 1_000_000)
}
