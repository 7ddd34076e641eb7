/**
 * How many actions an address may send: a start, one more for each USDC traded, and what it buys. Past that it gets
 * one action every ten seconds, but for cancels, which have a higher limit so that there is always a way out.
 *
 * Actions that are refused for their number are counted too. It is not published, but addresses have been seen far
 * beyond any number that cancels and one action in ten seconds could explain.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import { decimal } from '../../model/decimal.js'
import type { Action } from './actions.js'
import { addCash, available } from './margin.js'
import type { SimAccount, Venue } from './state.js'
import type { UserAction } from './user-actions.js'
import { actionErrors, unpublishedErrors } from './words.js'

const MORE_CANCELS = 100_000
const THROTTLE_MS = 10_000
/** How many requests one that arrives too late is charged as. */
const STALE_CHARGE = 5
const PRICE_PER_REQUEST = '0.0005'

/** What an address may send without paying, by what it has traded. */
export function requestLimit(venue: Venue, account: SimAccount): number {
  const base = account.requestsFree ?? venue.limits.requestsPerAddress
  return base + Number(account.volume.round(0, 0).toFixed())
}

/** How many requests count against the limit. Bought ones are used first. */
export const requestsCounted = (account: SimAccount): number =>
  Math.max(0, account.requestsUsed - account.requestsReserved)

/** Charges an action. Returns the venue's words when the address has none left. */
export function chargeRequests(
  venue: Venue,
  account: SimAccount,
  action: Action | UserAction,
  isStale: boolean,
): string | undefined {
  if (action.type === 'reserveRequestWeight') return undefined
  const count = requestCount(action)
  account.requestsUsed += count * (isStale ? STALE_CHARGE : 1)
  const limit = requestLimit(venue, account)
  const isCancel = action.type === 'cancel' || action.type === 'cancelByCloid'
  const allowed = isCancel ? Math.min(limit + MORE_CANCELS, 2 * limit) : limit
  const counted = requestsCounted(account)
  if (counted <= allowed) return undefined
  const now = venue.now()
  if (count === 1 && now >= account.throttledUntil) {
    account.throttledUntil = now + THROTTLE_MS
    return undefined
  }
  return actionErrors.tooManyRequests(counted, limit, account.volume.toFixed(2))
}

/** How many requests an action counts as: one, or one for each entry of its batch. */
function requestCount(action: Action | UserAction): number {
  switch (action.type) {
    case 'order':
      return Math.max(1, action.orders.length)
    case 'cancel':
    case 'cancelByCloid':
      return Math.max(1, action.cancels.length)
    case 'batchModify':
      return Math.max(1, action.modifies.length)
    default:
      return 1
  }
}

/** Buys requests from the balance of the first dex. Returns the venue's words when it refuses. */
export function reserveRequests(
  venue: Venue,
  payer: SimAccount,
  account: SimAccount,
  weight: number,
): string | undefined {
  const pool = { dex: '', collateralToken: venue.dexes[0]?.spec.collateralToken ?? 0 }
  const cost = decimal(PRICE_PER_REQUEST, 'price').times(weight)
  if (cost.gt(available(payer, pool))) return unpublishedErrors.balance
  addCash(payer, pool, cost.neg())
  account.requestsReserved += weight
  venue.notices.accounts.add(payer)
  return undefined
}
