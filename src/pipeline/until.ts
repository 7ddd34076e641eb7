/** Waiting for something to become true of the ledgers, but not for ever. */
import type { Parts } from './parts.js'

export type Until = {
  /** Looks after every change of an order, and every so often. Whether it became true by then. @param by monotonic ms */
  holds(condition: () => boolean, by: number): Promise<boolean>
  /** What a promise came to, if it did by then. */
  settles<T>(work: Promise<T>, by: number): Promise<T | undefined>
}

const LOOK_EVERY_MS = 50

export function createUntil({ clock, emitter }: Pick<Parts, 'clock' | 'emitter'>): Until {
  return {
    holds(condition, by) {
      if (condition()) return Promise.resolve(true)
      return new Promise((resolve) => {
        let cancel = (): void => {}
        // An order tells of its change in the middle of it; what follows from it is done by the end of the turn.
        const off = emitter.on('order', () => void Promise.resolve().then(look))
        const sleep = (): void => {
          cancel = clock.schedule(wake, Math.min(LOOK_EVERY_MS, Math.max(0, by - clock.monotonic())))
        }
        function look(): boolean {
          const isTrue = condition()
          if (!isTrue && clock.monotonic() < by) return false
          cancel()
          off()
          resolve(isTrue)
          return true
        }
        function wake(): void {
          if (!look()) sleep()
        }
        sleep()
      })
    },
    settles(work, by) {
      return new Promise((resolve) => {
        const cancel = clock.schedule(() => resolve(undefined), Math.max(0, by - clock.monotonic()))
        work.then(resolve, () => resolve(undefined)).finally(cancel)
      })
    },
  }
}
