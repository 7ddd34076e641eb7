/**
 * A clock whose timers end with their owner: whatever is still waiting when it closes will not wake anybody. Nor does it
 * keep the process alive; what does, asks for that by name.
 */
import type { Clock } from '../ports.js'

export type OwnedClock = Clock & {
  /** A timer that the process stays alive for. */
  scheduleAwaited: Clock['schedule']
  /** Cancels every timer, and takes no more. */
  stop(): void
}

export function createOwnedClock(clock: Clock): OwnedClock {
  const waiting = new Set<() => void>()
  let isStopped = false

  function schedule(fn: () => void, ms: number, background: boolean): () => void {
    if (isStopped) return () => {}
    const ring = (): void => {
      waiting.delete(cancel)
      fn()
    }
    const off = clock.schedule(ring, ms, { background })
    const cancel = (): void => {
      waiting.delete(cancel)
      off()
    }
    waiting.add(cancel)
    return cancel
  }

  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule: (fn, ms) => schedule(fn, ms, true),
    scheduleAwaited: (fn, ms) => schedule(fn, ms, false),
    stop() {
      isStopped = true
      for (const cancel of [...waiting]) cancel()
    },
  }
}
