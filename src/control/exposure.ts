/**
 * What is at stake in a market: the position, and what its orders may still add, taken at the worse of mark and limit.
 *
 * Each direction is judged by its own worst case: all pending buys filled and no sell, or the other way round.
 */
import { type Decimal, max, ZERO } from '../model/decimal.js'
import type { Side } from '../model/market.js'
import type { OrderLedger } from './order-ledger.js'
import type { PositionLedger } from './position-ledger.js'

export type ExposureView = {
  /** Notional already committed in the direction of `side`; negative while the position points the other way. */
  directional(market: string, side: Side, mark: Decimal): Decimal
  /** The larger of both directions, never negative. */
  worst(market: string, mark: Decimal): Decimal
  /** The lowest and the highest signed position that the orders of the market may lead to. */
  reach(market: string): { readonly low: Decimal; readonly high: Decimal }
  hasPosition(market: string): boolean
  positionSize(market: string): Decimal
  /** Orders, not reduce-only, that hold a claim on the market. */
  openOrders(market: string): number
  reduceOnlyOrders(market: string): number
  /** Whether somebody is closing the market, between two attempts as well. */
  isBeingClosed(market: string): boolean
  /** Every market with a position or an order that may make one. */
  markets(): ReadonlySet<string>
}

/** @param closing the markets that are being closed; read, never changed */
export function createExposureView(
  orders: OrderLedger,
  positions: PositionLedger,
  closing: ReadonlySet<string> = new Set(),
): ExposureView {
  function directional(market: string, side: Side, mark: Decimal): Decimal {
    const { buySize, buyValue, sellSize, sellValue } = orders.commitment(market)
    const held = positions.size(market).times(mark)
    return side === 'buy'
      ? held.plus(max(buyValue, buySize.times(mark)))
      : held.neg().plus(max(sellValue, sellSize.times(mark)))
  }

  return {
    directional,
    worst: (market, mark) => max(max(directional(market, 'buy', mark), directional(market, 'sell', mark)), ZERO),
    reach(market) {
      const { buySize, sellSize } = orders.commitment(market)
      const held = positions.size(market)
      return { low: held.minus(sellSize), high: held.plus(buySize) }
    },
    hasPosition: (market) => positions.get(market) !== undefined,
    positionSize: (market) => positions.size(market),
    openOrders: (market) => orders.commitment(market).openOrders,
    reduceOnlyOrders: (market) => orders.commitment(market).reduceOnlyOrders,
    isBeingClosed: (market) => closing.has(market),
    markets() {
      const names = new Set<string>()
      for (const { market } of positions.all()) names.add(market)
      for (const market of orders.committedMarkets()) if (orders.commitment(market).openOrders > 0) names.add(market)
      return names
    },
  }
}
