import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

/**
 * Ask again and again while the page is shown, `milliseconds` after the last answer.
 * `interval` is asked each time; null stops until the page is shown again or `now` is called.
 */
export function usePolling(ask: () => Promise<void>, interval: () => number | null) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let shown = false

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
  }

  async function now(): Promise<void> {
    stop()
    await ask()
    const wait = interval()
    if (shown && wait !== null) {
      stop()
      timer = setTimeout(now, wait)
    }
  }

  function show(): void {
    if (shown) return
    shown = true
    void now()
  }
  function hide(): void {
    shown = false
    stop()
  }
  onMounted(show)
  onActivated(show)
  onDeactivated(hide)
  onBeforeUnmount(hide)
  return { now }
}
