/**
 * Taking a market out of trade: every order is cancelled and every position is settled at the mark.
 *
 * No fill and no order tells of the settlement: the position is simply gone and its profit is in the balance, which
 * is what a client finds that looks again.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/hip-3-deployer-actions
 */
import { ZERO } from '../../model/decimal.js'
import { cancelAll } from './cancel.js'
import { addCash, unrealisedPnl } from './margin.js'
import { toMicros } from './numbers.js'
import type { SimMarket, Venue } from './state.js'

/** Cancels the orders under a status and settles the positions. For controls: it looks at every account. */
export function windDown(venue: Venue, market: SimMarket, status: 'canceled' | 'delistedCanceled'): void {
  cancelAll(venue, [...market.book.orders(), ...market.triggers.orders()], status)
  for (const account of [...venue.accounts.values(), venue.house]) {
    const slot = account.slots.get(market.assetId)
    if (slot === undefined || slot.size.eq(ZERO)) continue
    if (!account.isHouse) {
      addCash(account, market, toMicros(unrealisedPnl(slot)))
      venue.notices.accounts.add(account)
    }
    slot.size = ZERO
    slot.entryValue = ZERO
    slot.isolatedMargin = ZERO
    slot.funding.sinceOpen = ZERO
    slot.funding.sinceChange = ZERO
  }
  market.openInterest = ZERO
}
