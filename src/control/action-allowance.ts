/**
 * How many actions the account may still send: a start, and one more for each USDC it has traded.
 *
 * Ours is an estimate that is never below the venue's own count, as far as this process knows: an action is charged when
 * it is written, and what a reading of the venue's count may or may not contain is charged on top of it. Without any left, the
 * account gets one action every ten seconds; cancels have a higher limit, so that there is always a way out.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import type { Lane } from './batch-queue.js'

export type ActionCount = { readonly used: number; readonly limit: number }

export type ActionAllowance = {
  /** How long until so many actions may be written in one request; infinite when time alone does not help. */
  waitMs(lane: Lane, actions: number, now: number): number
  /** How many actions one request of the lane may be at most. */
  left(lane: Lane): number
  charge(lane: Lane, actions: number, now: number): void
  /** Keeps an action for a new order; `undefined` when none is left. Returns what gives it back. */
  reserve(): (() => void) | undefined
  /** The venue refused an action for their number. */
  refused(now: number): void
  /**
   * Call when the venue's count is asked for, and what comes back when it is told.
   *
   * @param unanswered actions written and not answered, which the count may lack
   */
  beginReading(unanswered: number): (count: ActionCount) => void
  /** With what is reserved. */
  readonly used: number
  readonly limit: number
  /** How many new orders there may still be; below zero when others have used what was kept from them. */
  readonly leftForNew: number
}

/** Those every account has. */
export const BASE_ACTIONS = 10_000
const MORE_CANCELS = 100_000
/** Ten seconds, and one for a request that was shorter on its way than the one before it. */
const THROTTLE_MS = 11_000

/** @param kept actions that new orders leave to reduce-only orders */
export function createActionAllowance(kept: number): ActionAllowance {
  const reserved = new Set<object>()
  let used = 0
  let limit = BASE_ACTIONS
  /** Everything charged so far, which no reading corrects. */
  let charged = 0
  let throttledUntil = Number.NEGATIVE_INFINITY

  function allowed(lane: Lane): number {
    if (lane === 'cancel') return Math.min(limit + MORE_CANCELS, 2 * limit)
    return lane === 'reduceOnly' ? limit : limit - kept
  }

  const leftForNew = (): number => allowed('new') - used - reserved.size

  return {
    waitMs(lane, actions, now) {
      if (used + actions <= allowed(lane)) return 0
      return lane === 'new' || actions > 1 ? Number.POSITIVE_INFINITY : Math.max(0, throttledUntil - now)
    },
    left: (lane) => Math.max(1, allowed(lane) - used),
    charge(lane, actions, now) {
      used += actions
      charged += actions
      if (used > allowed(lane)) throttledUntil = now + THROTTLE_MS
    },
    reserve() {
      if (leftForNew() <= 0) return undefined
      const token = {}
      reserved.add(token)
      return () => void reserved.delete(token)
    },
    refused(now) {
      used = Math.max(used, limit)
      throttledUntil = now + THROTTLE_MS
    },
    beginReading(unanswered) {
      const chargedBefore = charged
      return (count) => {
        limit = count.limit
        used = count.used + unanswered + charged - chargedBefore
      }
    },
    get used() {
      return used + reserved.size
    },
    get limit() {
      return limit
    },
    get leftForNew() {
      return leftForNew()
    },
  }
}
