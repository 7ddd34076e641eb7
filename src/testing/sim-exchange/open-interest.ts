/**
 * What is left to do on a market whose open interest has reached its cap: reduce, at prices no better for the other
 * side than the oracle's. Resting orders that would open or increase a position go when their turn to trade comes.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/hip-3-deployer-actions
 */
import { type Decimal, ZERO } from '../../model/decimal.js'
import type { SimMarket, SimOrder, Slot } from './state.js'
import { type OrderRefusal, orderRefusals } from './words.js'

export function isAtCap(market: SimMarket): boolean {
  return market.openInterestCap?.lte(market.openInterest.times(market.mark)) ?? false
}

export function refusalAtCap(slot: Slot, order: SimOrder, price: Decimal): OrderRefusal | undefined {
  const { market, isBuy } = order
  const step = market.openInterestStep
  if (step !== undefined && order.remaining.gt(step) && increases(slot, order)) {
    return orderRefusals.interestTooQuick(market.assetId)
  }
  if (!isAtCap(market)) return undefined
  if (increases(slot, order)) {
    const isFlip = !slot.size.eq(ZERO) && slot.size.gt(ZERO) !== isBuy
    return isFlip ? orderRefusals.capFlip(market.assetId) : orderRefusals.capIncrease(market.assetId)
  }
  const isAggressive = isBuy ? price.gt(market.oracle) : price.lt(market.oracle)
  return isAggressive ? orderRefusals.capAggressive(market.assetId) : undefined
}

/** Whether the order would leave more of a position than it finds, or one of the other side. */
export function increases(slot: Slot, { isBuy, remaining }: SimOrder): boolean {
  const isReducing = !slot.size.eq(ZERO) && slot.size.gt(ZERO) !== isBuy
  return !isReducing || remaining.gt(slot.size.abs())
}
