/**
 * Keeps the process alive for as long as somebody waits for something of ours, and hardly longer: a bot that was forgotten
 * ends by itself, one that waits for a fill does not.
 *
 * All other timers of ours, and the socket, let the process go.
 */
import type { OwnedClock } from './owned-clock.js'

export type ProcessHold = {
  /** To be called when something may have begun to be waited for; how long that lasts is looked at by itself. */
  look(): void
  /** Somebody waits for this promise. */
  awaited<T>(promise: Promise<T>): Promise<T>
}

const LOOK_EVERY_MS = 1_000

/** @param isAwaited whether anything else is waited for */
export function createProcessHold(clock: Pick<OwnedClock, 'scheduleAwaited'>, isAwaited: () => boolean): ProcessHold {
  let isHeld = false
  let promises = 0

  function look(): void {
    if (isHeld || (promises === 0 && !isAwaited())) return
    isHeld = true
    clock.scheduleAwaited(() => {
      isHeld = false
      look()
    }, LOOK_EVERY_MS)
  }

  return {
    look,
    awaited(promise) {
      promises += 1
      const end = (): void => {
        promises -= 1
      }
      promise.then(end, end)
      look()
      return promise
    },
  }
}
