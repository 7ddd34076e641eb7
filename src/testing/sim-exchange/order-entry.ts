/**
 * Placing orders: the checks of a whole batch, the checks of each order, and what becomes of it.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/error-responses
 */
import { type Decimal, decimal, min, toWire, ZERO } from '../../model/decimal.js'
import { isLegalPrice, isLegalSize, MIN_ORDER_VALUE, priceBand } from '../../model/market.js'
import { slotOf } from './accounts.js'
import type { OrderWire } from './actions.js'
import { available, opening } from './margin.js'
import { match, trimReduceOnly, wouldMatch } from './matching.js'
import { printed } from './numbers.js'
import { finish, rest, restingSum } from './order-life.js'
import type { SimAccount, SimMarket, SimOrder, Slot, TimeInForce, Venue } from './state.js'
import { batchErrors, type OrderRefusal, orderRefusals } from './words.js'

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

/** An order as asked for, with its market found and its numbers read. */
export type OrderRequest = {
  readonly market: SimMarket
  readonly isBuy: boolean
  readonly price: Decimal
  readonly size: Decimal
  readonly reduceOnly: boolean
  readonly timeInForce: TimeInForce
  readonly cloid: string | null
}

/** The checks that kill a whole batch. Returns the error that stands for all of it, or the orders. */
export function readOrders(venue: Venue, wires: readonly OrderWire[]): OrderRequest[] | { readonly error: string } {
  const requests: OrderRequest[] = []
  for (const wire of wires) {
    const request = readOrder(venue, wire)
    if ('error' in request) return request
    requests.push(request)
  }
  return requests
}

const MAX_PRICE_DECIMALS = 8
const AVERAGE_DECIMALS = 6

function readOrder(venue: Venue, wire: OrderWire): OrderRequest | { readonly error: string } {
  const market = venue.markets.get(wire.a)
  if (market === undefined) return { error: batchErrors.unknownAsset(wire.a) }
  if ('trigger' in wire.t) return { error: batchErrors.notSimulated('Trigger orders are') }
  const price = decimal(wire.p, 'p')
  const size = decimal(wire.s, 's')
  if (price.lte(ZERO) || !price.round(MAX_PRICE_DECIMALS).eq(price)) return { error: batchErrors.price }
  if (size.eq(ZERO)) return { error: batchErrors.zeroSize }
  if (!isLegalSize(size, market.szDecimals)) return { error: batchErrors.size }
  const band = priceBand(market.mark)
  if (price.lt(band.low) || price.gt(band.high)) return { error: batchErrors.tooFar }
  const timeInForce = wire.t.limit.tif
  return { market, isBuy: wire.b, price, size, reduceOnly: wire.r, timeInForce, cloid: wire.c ?? null }
}

/** Places one order: refused, resting or filled. */
export function placeOrder(venue: Venue, account: SimAccount, request: OrderRequest): OrderAnswer {
  const { market, timeInForce } = request
  const slot = slotOf(account, market)
  const refused = refusal(account, slot, request)
  const order = createOrder(venue, account, { ...request, size: allowedSize(slot, request) })
  if (refused !== undefined) return refuse(venue, order, refused)

  const value = match(venue, order)
  const filled = order.originalSize.minus(order.remaining)
  if (order.remaining.eq(ZERO)) {
    finish(venue, order, 'filled')
  } else if (timeInForce === 'Gtc' || timeInForce === 'Alo') {
    rest(venue, order)
    if (order.reduceOnly) trimReduceOnly(venue, slot)
    return { resting: named(order) }
  } else if (filled.eq(ZERO)) {
    // Everything it met was its own account's.
    return refuse(venue, order, orderRefusals.noMatch(market.assetId))
  } else {
    finish(venue, order, 'canceled')
  }
  const avgPx = value.div(filled).round(AVERAGE_DECIMALS)
  return { filled: { totalSz: printed(filled), avgPx: printed(avgPx), ...named(order) } }
}

/** Why an order may not be placed; the first reason counts. */
function refusal(account: SimAccount, slot: Slot, request: OrderRequest): OrderRefusal | undefined {
  const { market, isBuy, price, size, reduceOnly, timeInForce } = request
  const { assetId, book } = market
  if (market.isHalted || market.isDelisted) return orderRefusals.halted(assetId)
  if (!isLegalPrice(price, market.szDecimals)) return orderRefusals.tick(assetId)
  const reducible = reducibleBy(slot, isBuy)
  if (reduceOnly && reducible.eq(ZERO)) return orderRefusals.reduceOnly(assetId)
  const closesAll = reduceOnly && size.gte(reducible)
  if (price.times(size).lt(MIN_ORDER_VALUE) && !closesAll && !account.isHouse) return orderRefusals.minValue(assetId)
  if (!reduceOnly && !account.isHouse) {
    const needed = marginNeeded(slot, request)
    if (needed.gt(ZERO) && needed.gt(available(account, market))) return orderRefusals.margin(assetId)
  }
  const crosses = wouldMatch(market, isBuy, price)
  if (timeInForce === 'Alo' && crosses) {
    const bid = book.best(true)?.price
    const ask = book.best(false)?.price
    return orderRefusals.postOnly(bid ? toWire(bid) : 'None', ask ? toWire(ask) : 'None', assetId)
  }
  if (timeInForce === 'Ioc' && !crosses) return orderRefusals.noMatch(assetId)
  if (timeInForce === 'FrontendMarket' && !crosses) return orderRefusals.noLiquidity(assetId)
  return undefined
}

/** How much of the position an order of this side would close. */
function reducibleBy(slot: Slot, isBuy: boolean): Decimal {
  return slot.size.gt(ZERO) === isBuy ? ZERO : slot.size.abs()
}

/** What the order would add to the reserve of its side, on top of what rests there already. */
function marginNeeded(slot: Slot, request: OrderRequest): Decimal {
  const { isBuy, size, price } = request
  const before = restingSum(slot, isBuy)
  const after = { size: before.size.plus(size), value: before.value.plus(size.times(price)) }
  const reducible = reducibleBy(slot, isBuy)
  return opening(after, reducible).minus(opening(before, reducible)).div(slot.leverage)
}

/** A reduce-only order is cut to the position; one with nothing to reduce is refused as it is. */
function allowedSize(slot: Slot, { isBuy, reduceOnly, size }: OrderRequest): Decimal {
  const reducible = reducibleBy(slot, isBuy)
  return reduceOnly && reducible.gt(ZERO) ? min(size, reducible) : size
}

export function createOrder(venue: Venue, account: SimAccount, request: OrderRequest): SimOrder {
  const { market, isBuy, price, size, reduceOnly, timeInForce, cloid } = request
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

function refuse(venue: Venue, order: SimOrder, { status, error }: OrderRefusal): OrderAnswer {
  finish(venue, order, status)
  return { error }
}

function named(order: SimOrder): { oid: number; cloid?: string } {
  return order.cloid === null ? { oid: order.oid } : { oid: order.oid, cloid: order.cloid }
}
