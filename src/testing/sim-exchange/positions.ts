/**
 * How a fill changes a position: one-way netting, realised profit, isolated margin, open interest.
 */
import { type Decimal, max, min, ZERO } from '../../model/decimal.js'
import { toMicros } from './numbers.js'
import type { Slot } from './state.js'

type PositionChange = {
  readonly startPosition: Decimal
  /** "Open Long", "Close Short", "Long > Short", … */
  readonly direction: string
  readonly closedPnl: Decimal
}

export function applyFill(slot: Slot, isBuy: boolean, price: Decimal, size: Decimal): PositionChange {
  const startPosition = slot.size
  const end = isBuy ? startPosition.plus(size) : startPosition.minus(size)
  const held = startPosition.abs()
  const isReducing = !startPosition.eq(ZERO) && startPosition.gt(ZERO) !== isBuy
  const closed = isReducing ? min(size, held) : ZERO
  const opened = size.minus(closed)

  let closedPnl = ZERO
  if (closed.gt(ZERO)) {
    const left = held.minus(closed)
    const keptCost = left.eq(ZERO) ? ZERO : toMicros(slot.entryValue.times(left).div(held))
    const releasedCost = slot.entryValue.minus(keptCost)
    const proceeds = closed.times(price)
    closedPnl = toMicros(isBuy ? releasedCost.minus(proceeds) : proceeds.minus(releasedCost))
    slot.entryValue = keptCost
    slot.isolatedMargin = left.eq(ZERO) ? ZERO : toMicros(slot.isolatedMargin.times(left).div(held))
  }
  if (opened.gt(ZERO)) {
    const cost = opened.times(price)
    slot.entryValue = slot.entryValue.plus(cost)
    if (!slot.isCross) slot.isolatedMargin = slot.isolatedMargin.plus(toMicros(cost.div(slot.leverage)))
  }
  slot.size = end
  slot.funding.sinceChange = ZERO
  // Closed or flipped: what follows is another position.
  if (isReducing && size.gte(held)) slot.funding.sinceOpen = ZERO
  slot.market.openInterest = slot.market.openInterest.plus(max(end, ZERO)).minus(max(startPosition, ZERO))
  return { startPosition, direction: direction(startPosition, end, isBuy, isReducing), closedPnl }
}

function direction(start: Decimal, end: Decimal, isBuy: boolean, isReducing: boolean): string {
  if (!isReducing) return isBuy ? 'Open Long' : 'Open Short'
  if (start.gt(ZERO)) return end.lt(ZERO) ? 'Long > Short' : 'Close Long'
  return end.gt(ZERO) ? 'Short > Long' : 'Close Short'
}

export function entryPrice(slot: Slot): Decimal {
  return slot.entryValue.div(slot.size.abs()).round(6)
}
