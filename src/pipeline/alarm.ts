/** One timer for everything that waits: set to the earliest time anybody asked for. */
import type { Clock } from '../ports.js'

export type Alarm = {
  /** Makes sure the alarm rings by `at`, monotonic ms. */
  setBy(at: number): void
  stop(): void
}

export function createAlarm(clock: Pick<Clock, 'monotonic' | 'schedule'>, onRing: () => void): Alarm {
  let ringsAt = Number.POSITIVE_INFINITY
  let cancel = (): void => {}
  let isStopped = false
  return {
    setBy(at) {
      if (isStopped || at >= ringsAt) return
      cancel()
      ringsAt = at
      cancel = clock.schedule(
        () => {
          ringsAt = Number.POSITIVE_INFINITY
          onRing()
        },
        Math.max(0, at - clock.monotonic()),
      )
    },
    stop() {
      isStopped = true
      cancel()
    },
  }
}
