/** One position, and what a fill makes of it. */
import { type Decimal, ZERO } from '../model/decimal.js'
import type { Side } from '../model/market.js'

export type Position = {
  readonly market: string
  /** Positive is long. Never zero: a flat market has no position. */
  readonly size: Decimal
  readonly entryPrice: Decimal
  /** Since when it points this way: venue time of the fill that opened it, or of the first snapshot that showed it. */
  readonly openedAt: number
}

/** The part of a fill that moves a position. */
export type PositionFill = {
  readonly market: string
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  /** Venue time, Unix ms. */
  readonly time: number
  readonly tradeId: number
  readonly startPosition?: Decimal | undefined
}

export function book(positions: Map<string, Position>, fill: PositionFill): void {
  const next = afterFill(positions.get(fill.market), fill)
  if (next === undefined) positions.delete(fill.market)
  else positions.set(fill.market, next)
}

/** Same side averages the entry, the other side reduces, and what goes beyond flat opens at the fill's price. */
function afterFill(position: Position | undefined, fill: PositionFill): Position | undefined {
  const change = signed(fill)
  if (position === undefined) {
    return { market: fill.market, size: change, entryPrice: fill.price, openedAt: fill.time }
  }
  const size = position.size.plus(change)
  if (size.eq(ZERO)) return undefined
  if (isSameSide(position.size, change)) {
    const value = position.entryPrice.times(position.size.abs()).plus(fill.price.times(fill.size))
    return { ...position, size, entryPrice: value.div(size.abs()) }
  }
  if (isSameSide(position.size, size)) return { ...position, size }
  return { ...position, size, entryPrice: fill.price, openedAt: fill.time }
}

/** What a fill does to the size. */
export const signed = ({ side, size }: PositionFill): Decimal => (side === 'buy' ? size : size.neg())

export const isSameSide = (a: Decimal, b: Decimal): boolean => a.gt(ZERO) === b.gt(ZERO)

export const isSameFill =
  (a: PositionFill) =>
  (b: PositionFill): boolean =>
    a.market === b.market && a.tradeId === b.tradeId
