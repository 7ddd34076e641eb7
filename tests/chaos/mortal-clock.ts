/** A clock for one life of an executor: it knows which timers that life has left behind, and can end them all. */
import type { Clock } from 'hip3-executor'

/** How far the wall clock of our machine is off; the venue has its own. */
export type Wall = { offsetMs: number }

export type MortalClock = Clock & {
  /** Timers that are still set, and where they were set when that is known. */
  readonly pending: readonly string[]
  /** Ends every timer, and every one set from now on: the process is gone. */
  kill(): void
}

/** @param isTraced notes where each timer was set, which takes its time */
export function createMortalClock(clock: Clock, wall: Wall, isTraced: boolean): MortalClock {
  const cancels = new Map<() => void, string>()
  let isDead = false
  return {
    now: () => clock.now() + wall.offsetMs,
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
      cancels.set(cancel, `set for ${ms} ms${isTraced ? ` ${new Error('set').stack}` : ''}`)
      return () => {
        if (cancels.delete(cancel)) cancel()
      }
    },
    get pending() {
      return [...cancels.values()]
    },
    kill() {
      isDead = true
      for (const cancel of cancels.keys()) cancel()
      cancels.clear()
    },
  }
}
