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

const PREMIUM_DECIMALS = 10

/** @param rate of the hour, as a share of the position's value */
export function payFunding(venue: Venue, market: SimMarket, rate: Decimal): void {
  const time = venue.now()
  const premium = market.mark.div(market.oracle).minus(1).round(PREMIUM_DECIMALS)
  market.fundingRates.push({ time, rate, premium })
  for (const account of venue.accounts.values()) {
    const slot = account.slots.get(market.assetId)
    if (slot === undefined || slot.size.eq(ZERO)) continue
    const payment = toMicros(slot.size.times(market.oracle).times(rate))
    addCash(account, market, payment.neg())
    if (!slot.isCross) slot.isolatedMargin = slot.isolatedMargin.minus(payment)
    slot.funding.allTime = slot.funding.allTime.plus(payment)
    slot.funding.sinceOpen = slot.funding.sinceOpen.plus(payment)
    slot.funding.sinceChange = slot.funding.sinceChange.plus(payment)
    const funding = { account, market, time, amount: payment.neg(), size: slot.size, rate }
    account.fundings.push(funding)
    venue.notices.fundings.push(funding)
    venue.notices.accounts.add(account)
  }
}
