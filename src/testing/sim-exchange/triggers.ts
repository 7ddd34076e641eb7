/**
 * Orders that wait for the mark: how they are placed, and what happens when the mark gets there.
 *
 * A market trigger takes what the book holds within ten percent of its trigger price, whatever limit it was sent with:
 * when the mark jumps past that, it finds nothing. A limit trigger becomes a Gtc order at its limit.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/take-profit-and-stop-loss-orders-tp-sl
 */
import type { Decimal } from '../../model/decimal.js'
import { isLegalPrice, roundPrice } from '../../model/market.js'
import { slotOf } from './accounts.js'
import { createOrder, enter, named, type OrderAnswer, placeOrder, refusalOfTerms, refuse } from './order-entry.js'
import { hold, release } from './order-life.js'
import type { OrderRequest } from './order-request.js'
import type { SimAccount, SimMarket, SimOrder, Trigger, Venue } from './state.js'
import { isReached } from './trigger-index.js'
import { orderRefusals } from './words.js'

/** How far from its trigger price a market trigger may trade. */
const SLIPPAGE = '0.1'

/** Places an order of either kind: in the book, or waiting for its trigger. */
export function place(venue: Venue, account: SimAccount, request: OrderRequest): OrderAnswer {
  if (request.trigger === undefined) return placeOrder(venue, account, request)
  const order = createOrder(venue, account, request)
  return arm(venue, order, request.trigger) ?? { resting: named(order) }
}

/** Lets an order wait for its trigger. Returns why not, when it must not; it is over then. */
export function arm(venue: Venue, order: SimOrder, trigger: Trigger): { readonly error: string } | undefined {
  const { market, isBuy } = order
  const terms = refusalOfTerms(slotOf(order.account, market), order)
  if (terms !== undefined) return refuse(venue, order, terms)
  if (!isLegalPrice(trigger.price, market.szDecimals)) return refuse(venue, order, orderRefusals.tick(market.assetId))
  // A trigger that the mark has already reached is refused, not fired.
  if (isReached(trigger, isBuy, market.mark)) return refuse(venue, order, orderRefusals.trigger(market.assetId))
  hold(venue, order)
  return undefined
}

/** Moves the mark and fires everything it reaches on its way, first the trigger nearest to where it came from. */
export function moveMark(venue: Venue, market: SimMarket, mark: Decimal): void {
  market.mark = mark
  venue.notices.markets.add(market)
  for (const account of venue.accounts.values()) {
    if (account.slots.has(market.assetId)) venue.notices.accounts.add(account)
  }
  for (let order = market.triggers.next(mark); order !== undefined; order = market.triggers.next(mark)) {
    release(venue, order)
    enter(venue, order, order.trigger?.isMarket === true ? worstPrice(order, order.trigger) : order.price)
  }
}

function worstPrice({ market, isBuy }: SimOrder, { price }: Trigger): Decimal {
  const slippage = price.times(SLIPPAGE)
  return roundPrice(isBuy ? price.plus(slippage) : price.minus(slippage), isBuy ? 'buy' : 'sell', market.szDecimals)
}
