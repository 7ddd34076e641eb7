/**
 * Reading orders: the checks that follow from the request alone. One that fails stands for its whole batch.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/error-responses
 */
import { type Decimal, decimal, ZERO } from '../../model/decimal.js'
import { isLegalSize, priceBand } from '../../model/market.js'
import type { Grouping, OrderWire } from './actions.js'
import type { SimMarket, TimeInForce, Trigger, Venue } from './state.js'
import { batchErrors } from './words.js'

/** An order as asked for, with its market found and its numbers read. */
export type OrderRequest = {
  readonly market: SimMarket
  readonly isBuy: boolean
  readonly price: Decimal
  readonly size: Decimal
  readonly reduceOnly: boolean
  /** For an order with a trigger, what it has after it has fired. */
  readonly timeInForce: TimeInForce
  readonly cloid: string | null
  readonly trigger?: Trigger | undefined
  /** Builder's share of the value traded. */
  readonly builderRate?: Decimal | undefined
}

type BatchError = { readonly error: string }

/** The orders of a batch, or the error that stands for all of it. */
export function readOrders(
  venue: Venue,
  wires: readonly OrderWire[],
  grouping: Grouping = 'na',
): OrderRequest[] | BatchError {
  const requests: OrderRequest[] = []
  for (const wire of wires) {
    const request = readOrder(venue, wire, grouping)
    if ('error' in request) return request
    requests.push(request)
  }
  return requests
}

const MAX_PRICE_DECIMALS = 8
const ZERO_CLOID = `0x${'0'.repeat(32)}`

function readOrder(venue: Venue, wire: OrderWire, grouping: Grouping): OrderRequest | BatchError {
  const market = venue.markets.get(wire.a)
  if (market === undefined) return { error: batchErrors.unknownAsset(wire.a) }
  const price = decimal(wire.p, 'p')
  const size = decimal(wire.s, 's')
  const trigger = 'trigger' in wire.t ? readTrigger(wire.t.trigger, size, grouping) : undefined
  for (const asked of trigger === undefined ? [price] : [price, trigger.price]) {
    if (asked.lte(ZERO) || !asked.round(MAX_PRICE_DECIMALS).eq(asked)) return { error: batchErrors.price }
  }
  if (trigger?.isPositionSized !== true) {
    if (size.eq(ZERO)) return { error: batchErrors.zeroSize }
    if (!isLegalSize(size, market.szDecimals)) return { error: batchErrors.size }
  }
  const band = priceBand(market.mark)
  if (price.lt(band.low) || price.gt(band.high)) return { error: batchErrors.tooFar }
  if (wire.c === ZERO_CLOID) return { error: batchErrors.zeroCloid }
  const timeInForce = 'limit' in wire.t ? wire.t.limit.tif : wire.t.trigger.isMarket ? 'FrontendMarket' : 'Gtc'
  return { market, isBuy: wire.b, price, size, reduceOnly: wire.r, timeInForce, cloid: wire.c ?? null, trigger }
}

type TriggerWire = Extract<OrderWire['t'], { readonly trigger: unknown }>['trigger']

function readTrigger({ isMarket, triggerPx, tpsl }: TriggerWire, size: Decimal, grouping: Grouping): Trigger {
  const isPositionSized = grouping === 'positionTpsl' && size.eq(ZERO)
  return { price: decimal(triggerPx, 'triggerPx'), kind: tpsl, isMarket, isPositionSized }
}
