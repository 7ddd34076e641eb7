/**
 * Placing orders: the checks of a whole batch, the checks of each order, and what becomes of it.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/error-responses
 */
import { type Decimal, min, toWire, ZERO } from '../../model/decimal.js'
import { isLegalPrice, MIN_ORDER_VALUE } from '../../model/market.js'
import { slotOf } from './accounts.js'
import { available, opening } from './margin.js'
import { match, trimReduceOnly, wouldMatch } from './matching.js'
import { printed } from './numbers.js'
import { refusalAtCap } from './open-interest.js'
import { finish, rest, restingSum } from './order-life.js'
import { exceedsTier, isFarFromOracle, refusalOfSize } from './order-limits.js'
import type { OrderRequest } from './order-request.js'
import type { SimAccount, SimOrder, Slot, Venue } from './state.js'
import { type OrderRefusal, orderRefusals } from './words.js'

/** One entry of `statuses`. */
export type OrderAnswer =
  | { readonly resting: { readonly oid: number; readonly cloid?: string } }
  | {
      readonly filled: {
        readonly totalSz: string
        readonly avgPx: string
        readonly oid: number
        readonly cloid?: string
      }
    }
  | { readonly error: string }

const AVERAGE_DECIMALS = 6

/** Places one order that has no trigger: refused, resting or filled. */
export function placeOrder(venue: Venue, account: SimAccount, request: OrderRequest): OrderAnswer {
  return enter(venue, createOrder(venue, account, request))
}

/**
 * An order comes to the book: newly placed, or awoken by its trigger.
 *
 * @param limit the worst price it may trade at; its own unless it has become a market order
 */
export function enter(venue: Venue, order: SimOrder, limit: Decimal = order.price): OrderAnswer {
  const { account, market, timeInForce } = order
  const slot = slotOf(account, market)
  cutToPosition(slot, order)
  const refused = refusal(venue, slot, order, limit)
  if (refused !== undefined) return refuse(venue, order, refused)

  const value = match(venue, order, limit)
  const filled = order.originalSize.minus(order.remaining)
  if (order.remaining.eq(ZERO)) {
    finish(venue, order, 'filled')
  } else if (timeInForce === 'Gtc' || timeInForce === 'Alo') {
    rest(venue, order)
    if (order.reduceOnly) trimReduceOnly(venue, slot, order)
    return { resting: named(order) }
  } else if (filled.eq(ZERO)) {
    // Everything it met was its own account's, or could not be filled.
    return refuse(venue, order, orderRefusals.noMatch(market.assetId))
  } else {
    finish(venue, order, 'canceled')
  }
  const avgPx = value.div(filled).round(AVERAGE_DECIMALS)
  return { filled: { totalSz: printed(filled), avgPx: printed(avgPx), ...named(order) } }
}

/** Why an order may not come to the book; the first reason counts. */
function refusal(venue: Venue, slot: Slot, order: SimOrder, limit: Decimal): OrderRefusal | undefined {
  const { market, isBuy, timeInForce } = order
  const { assetId, book } = market
  const refused =
    refusalOfTerms(slot, order) ?? (order.account.isHouse ? undefined : refusalOfRisk(venue, slot, order, limit))
  if (refused !== undefined) return refused
  const crosses = wouldMatch(market, isBuy, limit)
  if (timeInForce === 'Alo' && crosses) {
    const bid = book.best(true)?.price
    const ask = book.best(false)?.price
    return orderRefusals.postOnly(bid ? toWire(bid) : 'None', ask ? toWire(ask) : 'None', assetId)
  }
  if (timeInForce === 'Ioc' && !crosses) return orderRefusals.noMatch(assetId)
  if (timeInForce === 'FrontendMarket' && !crosses) return orderRefusals.noLiquidity(assetId)
  return undefined
}

/** What is wrong with the order as it is written, whether it goes to the book or waits for a trigger. */
export function refusalOfTerms(slot: Slot, order: SimOrder): OrderRefusal | undefined {
  const { account, market, isBuy, price, remaining, reduceOnly, trigger } = order
  const { assetId, szDecimals } = market
  if (market.isHalted || market.isDelisted) return orderRefusals.halted(assetId)
  if (!isLegalPrice(price, szDecimals)) return orderRefusals.tick(assetId)
  const reducible = reducibleBy(slot, isBuy)
  if (reduceOnly && reducible.eq(ZERO)) return orderRefusals.reduceOnly(assetId)
  if (account.isHouse) return undefined
  const ofSize = refusalOfSize(order)
  if (ofSize !== undefined) return ofSize
  const closesAll = reduceOnly && (remaining.gte(reducible) || trigger?.isPositionSized === true)
  return price.times(remaining).lt(MIN_ORDER_VALUE) && !closesAll ? orderRefusals.minValue(assetId) : undefined
}

/** What the account or the market cannot bear. */
function refusalOfRisk(venue: Venue, slot: Slot, order: SimOrder, limit: Decimal): OrderRefusal | undefined {
  const { account, market, reduceOnly } = order
  const { assetId } = market
  if (isFarFromOracle(order, limit, venue.maxOracleDistance)) return orderRefusals.oracle(assetId)
  const atCap = refusalAtCap(slot, order, limit)
  if (atCap !== undefined || reduceOnly) return atCap
  if (exceedsTier(slot, order)) return orderRefusals.tier(assetId)
  const needed = marginNeeded(slot, order, limit)
  return needed.gt(ZERO) && needed.gt(available(account, market)) ? orderRefusals.margin(assetId) : undefined
}

/** How much of the position an order of this side would close. */
function reducibleBy(slot: Slot, isBuy: boolean): Decimal {
  return slot.size.gt(ZERO) === isBuy ? ZERO : slot.size.abs()
}

/** What the order would add to the reserve of its side, on top of what rests there already. */
function marginNeeded(slot: Slot, { isBuy, remaining }: SimOrder, price: Decimal): Decimal {
  const before = restingSum(slot, isBuy)
  const after = { size: before.size.plus(remaining), value: before.value.plus(remaining.times(price)) }
  const reducible = reducibleBy(slot, isBuy)
  return opening(after, reducible).minus(opening(before, reducible)).div(slot.leverage)
}

/** A reduce-only order is cut to the position; one with nothing to reduce is refused as it is. */
function cutToPosition(slot: Slot, order: SimOrder): void {
  const reducible = reducibleBy(slot, order.isBuy)
  if (!order.reduceOnly || reducible.eq(ZERO)) return
  order.originalSize = order.trigger?.isPositionSized === true ? reducible : min(order.originalSize, reducible)
  order.remaining = order.originalSize
}

/** The order as the exchange knows it from now on, under its own id. */
export function createOrder(venue: Venue, account: SimAccount, request: OrderRequest): SimOrder {
  const { market, isBuy, price, size, reduceOnly, timeInForce, cloid, trigger, builderRate } = request
  const now = venue.now()
  const order: SimOrder = {
    oid: venue.orders.nextOid(),
    account,
    market,
    isBuy,
    price,
    originalSize: size,
    remaining: size,
    reduceOnly,
    timeInForce,
    cloid,
    trigger,
    builderRate,
    waitsFor: undefined,
    group: undefined,
    placedAt: now,
    status: 'open',
    statusAt: now,
    level: undefined,
    previous: undefined,
    next: undefined,
  }
  venue.orders.add(order)
  return order
}

/** The order is over before it was ever open. */
export function refuse(venue: Venue, order: SimOrder, { status, error }: OrderRefusal): { readonly error: string } {
  finish(venue, order, status)
  return { error }
}

export function named(order: SimOrder): { oid: number; cloid?: string } {
  return order.cloid === null ? { oid: order.oid } : { oid: order.oid, cloid: order.cloid }
}
