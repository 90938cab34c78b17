/** When the person last touched the page, in this tab or another: pages that refresh by themselves do not count. */
const KEY = 'liangtian.touched'
const SHARE_EVERY = 5_000 // ms between two notes to the other tabs
let touched = Date.now()
let shared = 0

export function touch(): void {
  touched = Date.now()
  if (touched - shared < SHARE_EVERY) return
  shared = touched
  localStorage.setItem(KEY, String(touched))
}

export function idleSeconds(): number {
  const elsewhere = Number(localStorage.getItem(KEY)) || 0
  return Math.max(0, Math.floor((Date.now() - Math.max(touched, elsewhere)) / 1000))
}

export function watchActivity(): void {
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
    window.addEventListener(name, touch, { passive: true, capture: true })
}
