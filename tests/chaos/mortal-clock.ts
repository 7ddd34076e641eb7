/** A clock for one life of an executor: it knows which timers that life has left behind, and can end them all. */
import type { Clock } from 'hip3-executor'

export type MortalClock = Clock & {
  /** Timers that are still set. */
  readonly pending: number
  /** Ends every timer, and every one set from now on: the process is gone. */
  kill(): void
}

export function createMortalClock(clock: Clock): MortalClock {
  const cancels = new Set<() => void>()
  let isDead = false
  return {
    now: clock.now,
    monotonic: clock.monotonic,
    schedule(fn, ms, options) {
      if (isDead) return () => {}
      const cancel = clock.schedule(
        () => {
          cancels.delete(cancel)
          fn()
        },
        ms,
        options,
      )
      cancels.add(cancel)
      return () => {
        if (cancels.delete(cancel)) cancel()
      }
    },
    get pending() {
      return cancels.size
    },
    kill() {
      isDead = true
      for (const cancel of cancels) cancel()
      cancels.clear()
    },
  }
}
