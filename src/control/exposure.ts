/**
 * What is at stake in a market: the position, and what its orders may still add, taken at the worse of mark and limit.
 *
 * Each direction is judged by its own worst case: all pending buys filled and no sell, or the other way round. Each order
 * counts at the worse for itself: what a low limit leaves under the mark must not pay for what a high one adds above it,
 * because the one may fill before the other. Nor does a position that points the other way pay for anything: it may be
 * closed at any instant, by an order that no limit holds back.
 *
 * Every new order asks for the sum over all markets. It is kept: a market is counted anew when its orders, its position or its
 * mark have changed, and a mark when it is heard, not when an order has to wait for it. What an order costs grows neither with
 * the orders before it nor with the markets.
 */
import { type Decimal, max, ZERO } from '../model/decimal.js'
import type { Side } from '../model/market.js'
import type { MarketData } from './market-data.js'
import type { OrderLedger } from './order-ledger.js'
import type { PositionLedger } from './position-ledger.js'

export type ExposureView = {
  /** Notional already committed in the direction of `side`. */
  directional(market: string, side: Side, mark: Decimal): Decimal
  /** The larger of both directions, never negative. */
  worst(market: string, mark: Decimal): Decimal
  /**
   * The sum of `worst` over `markets()`, each at its own mark; or a market whose mark is missing or too old, for then nobody
   * knows.
   *
   * @param now monotonic ms
   */
  total(now: number): { readonly sum: Decimal } | { readonly unpriced: string }
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

const NOTHING: Omit<Stake, 'mark'> = { buy: ZERO, sell: ZERO, worst: ZERO }

/** @param closing the markets that are being closed; read, never changed */
export function createExposureView(
  orders: OrderLedger,
  positions: PositionLedger,
  marks: Pick<MarketData, 'context' | 'maxMarkAgeMs' | 'onMark'>,
  closing: ReadonlySet<string> = new Set(),
): ExposureView {
  /** Markets that something has happened to since they were last counted. */
  const touched = new Set<string>(orders.committedMarkets())
  for (const { market } of positions.all()) touched.add(market)
  orders.onCommitment((market) => touched.add(market))
  positions.onPosition((market) => touched.add(market))
  marks.onMark((market) => {
    touched.add(market)
    count()
  })

  const exposed = new Set<string>()
  /** As last counted, each at the mark last heard. What is not exposed is worth nothing. */
  const stakes = new Map<string, Stake>()
  /** Of the worst of each. */
  let sum = ZERO
  /** No mark in the sum was heard before this, monotonic ms. */
  let oldestMarkAt = Number.POSITIVE_INFINITY

  function count(): void {
    if (touched.size === 0) return
    for (const market of touched) {
      const before = stakes.get(market)
      if (before !== undefined) sum = sum.minus(before.worst)
      stakes.delete(market)
      exposed.delete(market)
      if (positions.get(market) === undefined && orders.commitment(market).openOrders === 0) continue
      exposed.add(market)
      const heard = marks.context(market)
      oldestMarkAt = Math.min(oldestMarkAt, heard?.receivedAt ?? Number.NEGATIVE_INFINITY)
      if (heard === undefined) continue
      const stake = stakeAt(market, heard.markPrice)
      stakes.set(market, stake)
      sum = sum.plus(stake.worst)
    }
    touched.clear()
  }

  function stakeAt(market: string, mark: Decimal): Stake {
    const { buySize, buyValue, sellSize, sellValue } = orders.commitment(market)
    const held = positions.size(market).times(mark)
    const buy = max(held, ZERO).plus(max(buyValue, buySize.times(mark)))
    const sell = max(held.neg(), ZERO).plus(max(sellValue, sellSize.times(mark)))
    return { mark, buy, sell, worst: max(buy, sell) }
  }

  function stakeOf(market: string, mark: Decimal): Omit<Stake, 'mark'> {
    count()
    if (!exposed.has(market)) return NOTHING
    const known = stakes.get(market)
    return known?.mark.eq(mark) ? known : stakeAt(market, mark)
  }

  /** Looks through all marks, which only one that was not heard again for so long makes necessary. */
  function findUnpriced(now: number): string | undefined {
    oldestMarkAt = Number.POSITIVE_INFINITY
    for (const market of exposed) {
      const receivedAt = marks.context(market)?.receivedAt ?? Number.NEGATIVE_INFINITY
      oldestMarkAt = Math.min(oldestMarkAt, receivedAt)
      if (isOld(receivedAt, now)) return market
    }
    return undefined
  }

  const isOld = (receivedAt: number, now: number): boolean => !(now - receivedAt <= marks.maxMarkAgeMs)

  return {
    directional: (market, side, mark) => stakeOf(market, mark)[side],
    worst: (market, mark) => stakeOf(market, mark).worst,
    total(now) {
      count()
      const unpriced = isOld(oldestMarkAt, now) ? findUnpriced(now) : undefined
      return unpriced === undefined ? { sum } : { unpriced }
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
    markets() {
      count()
      return exposed
    },
  }
}
