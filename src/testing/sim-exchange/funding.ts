/**
 * One funding payment: longs pay shorts when the rate is positive, at the oracle price. Off unless a test asks for it.
 *
 * An isolated position pays out of its own margin, so funding moves its liquidation price.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/funding
 */
import { type Decimal, ZERO } from '../../model/decimal.js'
import { addCash } from './margin.js'
import { toMicros } from './numbers.js'
import type { SimMarket, Venue } from './state.js'

/** @param rate of the hour, as a share of the position's value */
export function payFunding(venue: Venue, market: SimMarket, rate: Decimal): void {
  for (const account of venue.accounts.values()) {
    const slot = account.slots.get(market.assetId)
    if (slot === undefined || slot.size.eq(ZERO)) continue
    const payment = toMicros(slot.size.times(market.oracle).times(rate))
    addCash(account, market, payment.neg())
    if (!slot.isCross) slot.isolatedMargin = slot.isolatedMargin.minus(payment)
    slot.funding.allTime = slot.funding.allTime.plus(payment)
    slot.funding.sinceOpen = slot.funding.sinceOpen.plus(payment)
    slot.funding.sinceChange = slot.funding.sinceChange.plus(payment)
    venue.notices.accounts.add(account)
  }
}
