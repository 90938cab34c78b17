/** Where to go after signing in: only a path of this application, never another site. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || /^\/[/\\]/.test(next)) return '/'
  return /^\/(login|duty)/.test(next) ? '/' : next
}
