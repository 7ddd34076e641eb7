/**
 * How many orders an account may have open, how large one may be, how far from the oracle, how large a position may
 * become.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/contract-specifications
 */
import { type Decimal, decimal } from '../../model/decimal.js'
import { tierLimit } from './margin-tables.js'
import { restingSum } from './order-life.js'
import type { SimAccount, SimOrder, Slot } from './state.js'
import { type OrderRefusal, orderRefusals } from './words.js'

const BASE_OPEN_ORDERS = 1_000
const MAX_OPEN_ORDERS = 5_000
/** Each so much of traded volume allows one more open order. */
const VOLUME_PER_OPEN_ORDER = 5_000_000

/** Largest value of a market order, by the least leverage of the market; a limit order may be ten times as large. */
export const MARKET_ORDER_VALUES: readonly (readonly [minLeverage: number, value: Decimal])[] = /* @__PURE__ */ (
  [
    [25, '30000000'],
    [20, '5000000'],
    [10, '2000000'],
    [1, '500000'],
  ] as const
).map(([leverage, value]) => [leverage, decimal(value, 'value')])
const LIMIT_FACTOR = 10

export function maxOpenOrders({ volume }: Pick<SimAccount, 'volume'>): number {
  const earned = Number(volume.div(VOLUME_PER_OPEN_ORDER).round(0, 0).toFixed())
  return Math.min(MAX_OPEN_ORDERS, BASE_OPEN_ORDERS + earned)
}

/** Too many orders, or too large a one. An order that its trigger has awoken was counted when it was placed. */
export function refusalOfSize(order: SimOrder): OrderRefusal | undefined {
  const { account, market, reduceOnly, trigger, price, remaining } = order
  const open = account.openOrders.size
  if (order.status !== 'triggered' && open >= BASE_OPEN_ORDERS) {
    // However many more orders volume has earned: these two kinds are refused beyond the base.
    const isBaseOnly = reduceOnly || trigger !== undefined
    if (isBaseOnly || open >= maxOpenOrders(account)) return orderRefusals.tooMany(market.assetId)
  }
  const most = MARKET_ORDER_VALUES.find(([leverage]) => market.maxLeverage >= leverage)?.[1]
  if (most === undefined) return undefined
  const value = price.times(remaining)
  return value.gt(isMarket(order) ? most : most.times(LIMIT_FACTOR))
    ? orderRefusals.tooLarge(market.assetId)
    : undefined
}

/** The venue has no market orders but these; whether it counts an Ioc as one is not published. */
const isMarket = ({ timeInForce }: SimOrder): boolean => timeInForce === 'Ioc' || timeInForce === 'FrontendMarket'

/** @param maxDistance as a share of the oracle price */
export function isFarFromOracle({ market }: SimOrder, price: Decimal, maxDistance: Decimal): boolean {
  return price.minus(market.oracle).abs().gt(market.oracle.times(maxDistance))
}

/** Whether the position, with all that rests on its side and this order, outgrows what its leverage allows. */
export function exceedsTier(slot: Slot, { isBuy, remaining }: SimOrder): boolean {
  const limit = tierLimit(slot.market, slot.leverage)
  if (limit === undefined) return false
  const added = restingSum(slot, isBuy).size.plus(remaining)
  const end = isBuy ? slot.size.plus(added) : slot.size.minus(added)
  return end.abs().gt(slot.size.abs()) && end.abs().times(slot.market.mark).gt(limit)
}
