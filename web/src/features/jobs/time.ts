/** Durations in words: which text of `jobs.wait` or `jobs.lasted`, and its numbers. */
type Words = [key: string, named: Record<string, number>]

export function waitWords(seconds: number): Words {
  if (seconds < 60) return ['jobs.wait.seconds', { n: Math.max(1, Math.round(seconds)) }]
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return ['jobs.wait.minutes', { n: minutes }]
  return ['jobs.wait.hours', { h: Math.floor(minutes / 60), m: minutes % 60 }]
}

export function lastedWords(from: string, to: string): Words {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  if (seconds < 1) return ['jobs.lasted.moment', {}]
  if (seconds < 60) return ['jobs.lasted.seconds', { n: seconds }]
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return ['jobs.lasted.minutes', { m: minutes, s: seconds % 60 }]
  return ['jobs.lasted.hours', { h: Math.floor(minutes / 60), m: minutes % 60 }]
}
