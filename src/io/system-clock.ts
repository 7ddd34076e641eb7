/** The machine's own clock. The only place, with the socket, that touches timers. */
import type { Clock } from '../ports.js'

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    schedule(fn, ms, options) {
      const timer: unknown = setTimeout(fn, Math.max(0, ms))
      // In a browser a timer is a number, and never keeps anything alive.
      if (options?.background && typeof timer === 'object' && timer !== null && 'unref' in timer) {
        ;(timer as { unref(): void }).unref()
      }
      return () => clearTimeout(timer as number)
    },
  }
}
