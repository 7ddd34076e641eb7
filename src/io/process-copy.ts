/**
 * Finds out whether this process may be a copy: forked, or a virtual machine that was put to sleep and woken, perhaps more
 * than once. A copy holds the same secrets as its twin, and what must be used once would be used twice.
 *
 * Nothing tells for certain. Looked at are the ids of the process and its parent, and whether the wall clock and the clock
 * that never steps back still agree, since only one of them goes on while a machine is asleep.
 */
import type { Clock } from '../ports.js'

export type CopyCheck = {
  /** Whether something has changed since the last look that changes in a copy. Remembers what it sees. */
  hasChanged(): boolean
}

/** More than clocks are corrected by while they run, and far less than it takes to restore a machine. */
const CLOCK_STEP_MS = 500

/** The ids of this process and its parent; nothing where there are none, as in a browser. */
export function processIds(): string {
  const { process } = globalThis as { readonly process?: { readonly pid?: number; readonly ppid?: number } }
  // Node remembers the first for good but asks the system for the second, which in a forked child is another.
  return `${process?.pid}/${process?.ppid}`
}

export function createCopyCheck(clock: Pick<Clock, 'now' | 'monotonic'>, ids: () => string): CopyCheck {
  let knownIds = ids()
  let knownOffset = clock.now() - clock.monotonic()

  return {
    hasChanged() {
      const currentIds = ids()
      const offset = clock.now() - clock.monotonic()
      const isSame = currentIds === knownIds && Math.abs(offset - knownOffset) < CLOCK_STEP_MS
      knownIds = currentIds
      knownOffset = offset
      return !isSame
    },
  }
}
