/**
 * How much there was within the last `windowMs`, wherever that stretch begins: no double burst across the edge of a window.
 *
 * Time is handed in and only its forward steps count: a clock that steps back neither freezes the sum nor empties it.
 */
import { finiteTime } from '../model/guards.js'

export type SlidingCount = {
  /**
   * @param now monotonic ms
   * @throws {RangeError} when `now` is not a finite number
   */
  add(amount: number, now: number): void
  sum(now: number): number
  /** How long until `amount` more fits under `limit`: 0 when it does now, infinite when it never will. */
  waitMs(amount: number, limit: number, now: number): number
}

export function createSlidingCount(windowMs: number): SlidingCount {
  /** Oldest first, on our own clock of forward steps. */
  const entries: { readonly at: number; readonly amount: number }[] = []
  let total = 0
  let lastNow: number | undefined
  let elapsed = 0

  function advance(now: number): void {
    finiteTime(now, 'now')
    if (lastNow !== undefined && now > lastNow) elapsed += now - lastNow
    lastNow = now
    let oldest = entries[0]
    // An entry leaves the window exactly `windowMs` after it came, not a tick later.
    while (oldest !== undefined && elapsed - oldest.at >= windowMs) {
      total -= oldest.amount
      entries.shift()
      oldest = entries[0]
    }
  }

  return {
    add(amount, now) {
      advance(now)
      total += amount
      entries.push({ at: elapsed, amount })
    },
    sum(now) {
      advance(now)
      return total
    },
    waitMs(amount, limit, now) {
      advance(now)
      let excess = total + amount - limit
      if (excess <= 0) return 0
      for (const entry of entries) {
        excess -= entry.amount
        if (excess <= 0) return windowMs - (elapsed - entry.at)
      }
      return Number.POSITIVE_INFINITY
    },
  }
}
