/**
 * What a fill costs: the base tier, scaled on builder-deployed dexes, a tenth of it in growth mode.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/fees
 */
import { type Decimal, decimal } from '../../model/decimal.js'
import { toMicros } from './numbers.js'
import type { SimMarket } from './state.js'

export const TAKER_RATE: Decimal = /* @__PURE__ */ decimal('0.00045', 'takerRate')
export const MAKER_RATE: Decimal = /* @__PURE__ */ decimal('0.00015', 'makerRate')

const GROWTH_FACTOR = '0.1'

export function feeOf(market: SimMarket, value: Decimal, crossed: boolean): Decimal {
  let rate = crossed ? TAKER_RATE : MAKER_RATE
  const scale = market.feeScale
  if (scale !== undefined) rate = rate.times(scale.lt(1) ? scale.plus(1) : scale.times(2))
  if (market.growthMode) rate = rate.times(GROWTH_FACTOR)
  return toMicros(value.times(rate))
}
