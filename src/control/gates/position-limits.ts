/** Limits on how much, in how many markets. All of them count what is pending as if it were filled. */
import { type Decimal, type DecimalInput, max, positiveDecimal, powerOfTen, ZERO } from '../../model/decimal.js'
import { wholeNumber } from '../../model/guards.js'
import { floorSize } from '../../model/market.js'
import type { OrderRequest } from '../../model/order.js'
import type { DeniedReason } from '../../model/reasons.js'
import {
  deny,
  denyWithoutMark,
  type Gate,
  type GateAnswer,
  type GateContext,
  type GateDenial,
  PASS,
} from '../risk-gates.js'

/**
 * Step 3: position and pending orders of one market. An order that would go beyond is made smaller; when there is no
 * room at all it is denied.
 *
 * @throws {RangeError} when the limit is not above zero
 */
export function maxPositionPerMarketGate(maxNotional: DecimalInput): Gate {
  const limit = positiveDecimal(maxNotional, 'maxNotionalPerMarket')
  return {
    step: '3',
    id: 'maxPositionPerMarket',
    rule: `position and pending of a market at most ${limit.toFixed()}; a larger order is scaled down`,
    check: (order, context) => scaledTo(limit, 'MAX_POSITION_PER_MARKET', order, context),
  }
}

/** What of an order fits under a limit of its market. */
export function scaledTo(
  limit: Decimal,
  reason: DeniedReason,
  { market, side, price }: OrderRequest,
  { mark, notional, exposure, marketData }: Pick<GateContext, 'mark' | 'notional' | 'exposure' | 'marketData'>,
): GateAnswer {
  if (mark === undefined || notional === undefined) return denyWithoutMark(market.name, marketData)
  const committed = exposure.directional(market.name, side, mark)
  if (committed.plus(notional).lte(limit)) return PASS
  const full: GateDenial = { reason, limit: limit.toFixed(), value: committed.toFixed() }
  const available = limit.minus(committed)
  if (available.lte(ZERO)) return { answer: 'deny', ...full }
  const unit = max(mark, price)
  // Division rounds at its last digit, which can carry over to a lot too many.
  const room = floorSize(available.div(unit), market.szDecimals)
  const fitting = room.times(unit).lte(available) ? room : room.minus(powerOfTen(-market.szDecimals))
  return { answer: 'resize', size: fitting, orElse: full }
}

/**
 * Step 4: all markets together, each at its own mark. A market whose mark is missing makes the sum unknown, and an
 * unknown sum denies.
 *
 * @throws {RangeError} when the limit is not above zero
 */
export function maxPositionTotalGate(maxNotional: DecimalInput): Gate {
  const limit = positiveDecimal(maxNotional, 'maxNotionalTotal')
  return {
    step: '4',
    id: 'maxPositionTotal',
    rule: `positions and pending of all markets, with the new order, below ${limit.toFixed()}`,
    check({ market: { name }, side }, { mark, notional, exposure, marketData, now }) {
      if (mark === undefined || notional === undefined) return denyWithoutMark(name, marketData)
      const total = exposure.total(now)
      if ('unpriced' in total) return denyWithoutMark(total.unpriced, marketData)
      // What is committed to the other direction is no more for an order in this one.
      const before = exposure.worst(name, mark)
      const after = max(before, exposure.directional(name, side, mark).plus(notional))
      const projected = total.sum.plus(after).minus(before)
      return projected.lt(limit) ? PASS : deny('MAX_POSITION_TOTAL', limit.toFixed(), projected.toFixed())
    },
  }
}

/**
 * Step 5: in how many markets at once, pending entries counted.
 *
 * @throws {RangeError} when the limit is not a whole number above zero
 */
export function maxConcurrentPositionsGate(maxPositions: number): Gate {
  const limit = wholeNumber(maxPositions, 'maxConcurrentPositions')
  return {
    step: '5',
    id: 'maxConcurrentPositions',
    rule: `positions or pending entries in at most ${limit} markets`,
    check({ market }, { exposure }) {
      const markets = exposure.markets()
      if (markets.has(market.name) || markets.size < limit) return PASS
      return deny('MAX_CONCURRENT_POSITIONS', String(limit), String(markets.size))
    },
  }
}
