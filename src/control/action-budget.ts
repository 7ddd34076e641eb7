/**
 * How many new orders may leave per window of time.
 *
 * A sliding log: no stretch of `windowMs`, wherever it begins, ever holds more than `maxActions`, so there is no
 * double burst across the edge of a window. Taking is one step, and what was taken but never sent is given back.
 * Time is handed in and only its forward steps count: a clock that steps back neither freezes the budget nor
 * refills it.
 */
import { finiteTime, positiveMs, wholeNumber } from '../model/guards.js'

export type ActionBudgetOptions = {
  /** Default: 100. */
  readonly maxActions?: number | undefined
  /** Default: 1000. */
  readonly windowMs?: number | undefined
}

export type BudgetReservation =
  | {
      readonly granted: true
      /** Gives the action back, for an order that was never sent. Idempotent. */
      release(): void
    }
  | { readonly granted: false; readonly waitMs: number }

export type ActionBudget = {
  /**
   * Takes one action, or says how long until one is free.
   *
   * @param now monotonic ms
   * @throws {RangeError} when `now` is not a finite number
   */
  reserve(now: number): BudgetReservation
  /** How many could be taken at this instant. @param now monotonic ms */
  remaining(now: number): number
  readonly maxActions: number
  readonly windowMs: number
}

/** @throws {RangeError} when a limit is not above zero */
export function createActionBudget(options: ActionBudgetOptions = {}): ActionBudget {
  const maxActions = wholeNumber(options.maxActions ?? 100, 'maxActions')
  const windowMs = positiveMs(options.windowMs ?? 1_000, 'windowMs')
  /** When each action inside the window was taken, oldest first, on our own clock of forward steps. */
  let taken: { readonly at: number }[] = []
  let lastNow: number | undefined
  let elapsed = 0

  function advance(now: number): void {
    finiteTime(now, 'now')
    if (lastNow !== undefined && now > lastNow) elapsed += now - lastNow
    lastNow = now
    // An action leaves the window exactly `windowMs` after it was taken, not a tick later.
    const firstInside = taken.findIndex(({ at }) => elapsed - at < windowMs)
    if (firstInside !== 0) taken = firstInside === -1 ? [] : taken.slice(firstInside)
  }

  return {
    maxActions,
    windowMs,
    reserve(now) {
      advance(now)
      const oldest = taken[0]
      if (taken.length >= maxActions && oldest !== undefined) {
        return { granted: false, waitMs: oldest.at + windowMs - elapsed }
      }
      const entry = { at: elapsed }
      taken.push(entry)
      return {
        granted: true,
        release() {
          const index = taken.indexOf(entry)
          if (index !== -1) taken.splice(index, 1)
        },
      }
    },
    remaining(now) {
      advance(now)
      return maxActions - taken.length
    },
  }
}
