/** The real time, for an exchange that real clients trade on. Its timers never keep the process alive unless awaited. */
import type { Clock } from '../../ports.js'

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    schedule(fn, ms, options) {
      const timer = setTimeout(fn, ms)
      if (options?.background) timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
