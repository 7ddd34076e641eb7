/** A clock whose timers end with their owner: whatever is still waiting when it closes will not wake anybody. */
import type { Clock } from '../ports.js'

export type OwnedClock = Clock & {
  /** Cancels every timer, and takes no more. */
  stop(): void
}

export function createOwnedClock(clock: Clock): OwnedClock {
  const waiting = new Set<() => void>()
  let isStopped = false
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule(fn, ms, options) {
      if (isStopped) return () => {}
      const off = clock.schedule(
        () => {
          waiting.delete(cancel)
          fn()
        },
        ms,
        options,
      )
      const cancel = (): void => {
        waiting.delete(cancel)
        off()
      }
      waiting.add(cancel)
      return cancel
    },
    stop() {
      isStopped = true
      for (const cancel of [...waiting]) cancel()
    },
  }
}
