/**
 * How many new orders may leave per window of time.
 *
 * A sliding log: no stretch of `windowMs`, wherever it begins, ever sees more than `maxActions` written, so there is no
 * double burst across the edge of a window. An action is reserved in one step, when the order is judged, and holds its
 * place until the order is written or given up; only from the write on does time pass for it. A queue that stood still
 * can therefore not let two windows' worth of orders out at once.
 * Time is handed in and only its forward steps count: a clock that steps back neither freezes the budget nor
 * refills it.
 */
import { finiteTime, positiveMs, wholeNumber } from '../model/guards.js'
import { createSlidingCount } from './sliding-count.js'

export type ActionBudgetOptions = {
  /** Default: 100. */
  readonly maxActions?: number | undefined
  /** Default: 1000. */
  readonly windowMs?: number | undefined
}

export type BudgetReservation =
  | {
      readonly granted: true
      /** The order is on its way: the action leaves the window `windowMs` from now. @param now monotonic ms */
      written(now: number): void
      /** Gives the action back, for an order that was never sent. Idempotent, and nothing once it was written. */
      release(): void
    }
  | {
      readonly granted: false
      /** At the soonest: an action that is reserved and not yet written frees its place only after its write. */
      readonly waitMs: number
    }

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
  /** How long until one could be taken; 0 when one is free. @param now monotonic ms */
  waitMs(now: number): number
  readonly maxActions: number
  readonly windowMs: number
}

/** @throws {RangeError} when a limit is not above zero */
export function createActionBudget(options: ActionBudgetOptions = {}): ActionBudget {
  const maxActions = wholeNumber(options.maxActions ?? 100, 'maxActions')
  const windowMs = positiveMs(options.windowMs ?? 1_000, 'windowMs')
  const written = createSlidingCount(windowMs)
  const reserved = new Set<object>()

  function waitMs(now: number): number {
    const wait = written.waitMs(1, maxActions - reserved.size, now)
    return Math.min(wait, windowMs)
  }

  return {
    maxActions,
    windowMs,
    waitMs,
    reserve(now) {
      const wait = waitMs(now)
      if (wait > 0) return { granted: false, waitMs: wait }
      const token = {}
      reserved.add(token)
      return {
        granted: true,
        written(at) {
          finiteTime(at, 'now')
          if (reserved.delete(token)) written.add(1, at)
        },
        release: () => void reserved.delete(token),
      }
    },
    remaining: (now) => maxActions - reserved.size - written.sum(now),
  }
}
