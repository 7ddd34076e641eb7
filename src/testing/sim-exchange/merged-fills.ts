/**
 * Fills with the parts of one crossing order in one block merged into one, as `aggregateByTime` asks for.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import type { Fill } from './state.js'

const PRICE_DECIMALS = 8

/** The fills in the order given; what is merged keeps the id and the start position of its first part. */
export function mergedFills(fills: readonly Fill[]): Fill[] {
  const merged: Fill[] = []
  for (const fill of fills) {
    const last = merged.at(-1)
    const isSame = last?.crossed && fill.crossed && last.order === fill.order && last.time === fill.time
    if (last === undefined || !isSame) merged.push(fill)
    else merged[merged.length - 1] = joined(last, fill)
  }
  return merged
}

function joined(a: Fill, b: Fill): Fill {
  const size = a.size.plus(b.size)
  const value = a.price.times(a.size).plus(b.price.times(b.size))
  const first = isEarlier(a, b) ? a : b
  return {
    ...first,
    price: value.div(size).round(PRICE_DECIMALS),
    size,
    fee: a.fee.plus(b.fee),
    builderFee: a.builderFee.plus(b.builderFee),
    closedPnl: a.closedPnl.plus(b.closedPnl),
  }
}

/** A buyer's position only rises within an order, a seller's only falls. */
function isEarlier(a: Fill, b: Fill): boolean {
  return a.order.isBuy ? a.startPosition.lt(b.startPosition) : a.startPosition.gt(b.startPosition)
}
