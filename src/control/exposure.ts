/**
 * What is at stake in a market: the position, and what its orders may still add, taken at the worse of mark and limit.
 *
 * Each direction is judged by its own worst case: all pending buys filled and no sell, or the other way round. Each order
 * counts at the worse for itself: what a low limit leaves under the mark must not pay for what a high one adds above it,
 * because the one may fill before the other. Nor does a position that points the other way pay for anything: it may be
 * closed at any instant, by an order that no limit holds back.
 *
 * Every new order asks for the sum over all markets. It is kept, and only a market whose orders, position or mark have
 * changed since is counted anew, so that the cost of an order does not grow with the orders before it.
 */
import { type Decimal, max, ZERO } from '../model/decimal.js'
import type { Side } from '../model/market.js'
import type { OrderLedger } from './order-ledger.js'
import type { PositionLedger } from './position-ledger.js'

export type ExposureView = {
  /** Notional already committed in the direction of `side`. */
  directional(market: string, side: Side, mark: Decimal): Decimal
  /** The larger of both directions, never negative. */
  worst(market: string, mark: Decimal): Decimal
  /** The sum of `worst` over `markets()`, each at its own mark; or a market without one, for then nobody knows. */
  total(markOf: (market: string) => Decimal | undefined): { readonly sum: Decimal } | { readonly unpriced: string }
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

/** What a market is worth at a mark, in each direction, and the larger of both. */
type Stake = Readonly<Record<Side, Decimal>> & { readonly mark: Decimal; readonly worst: Decimal }

/** @param closing the markets that are being closed; read, never changed */
export function createExposureView(
  orders: OrderLedger,
  positions: PositionLedger,
  closing: ReadonlySet<string> = new Set(),
): ExposureView {
  /** Markets that something has happened to since they were last looked at. */
  const touched = new Set<string>(orders.committedMarkets())
  for (const { market } of positions.all()) touched.add(market)
  orders.onCommitment((market) => touched.add(market))
  positions.onPosition((market) => touched.add(market))

  const exposed = new Set<string>()
  /** As last looked at. What is not exposed is worth nothing. */
  const stakes = new Map<string, Stake>()
  /** Of the worst of each. */
  let sum = ZERO

  function markets(): ReadonlySet<string> {
    for (const market of touched) {
      sum = sum.minus(stakes.get(market)?.worst ?? ZERO)
      stakes.delete(market)
      if (positions.get(market) !== undefined || orders.commitment(market).openOrders > 0) exposed.add(market)
      else exposed.delete(market)
    }
    touched.clear()
    return exposed
  }

  function stakeOf(market: string, mark: Decimal): Stake {
    if (touched.size > 0) markets()
    const known = stakes.get(market)
    if (known?.mark === mark) return known
    const stake = known?.mark.eq(mark) ? { ...known, mark } : stakeAt(market, mark)
    sum = sum.minus(known?.worst ?? ZERO).plus(stake.worst)
    stakes.set(market, stake)
    return stake
  }

  function stakeAt(market: string, mark: Decimal): Stake {
    const { buySize, buyValue, sellSize, sellValue } = orders.commitment(market)
    const held = positions.size(market).times(mark)
    const buy = max(held, ZERO).plus(max(buyValue, buySize.times(mark)))
    const sell = max(held.neg(), ZERO).plus(max(sellValue, sellSize.times(mark)))
    return { mark, buy, sell, worst: max(buy, sell) }
  }

  return {
    directional: (market, side, mark) => stakeOf(market, mark)[side],
    worst: (market, mark) => stakeOf(market, mark).worst,
    total(markOf) {
      for (const market of markets()) {
        const mark = markOf(market)
        if (mark === undefined) return { unpriced: market }
        stakeOf(market, mark)
      }
      return { sum }
    },
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
    markets,
  }
}
