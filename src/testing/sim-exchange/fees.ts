/**
 * What a fill costs: the base tier, scaled on builder-deployed dexes, a tenth of it in growth mode.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/fees
 */
import Big from 'big.js'
import type { Decimal } from '../../model/decimal.js'
import { toMicros } from './numbers.js'
import type { SimMarket } from './state.js'

export const TAKER_RATE: Decimal = /* @__PURE__ */ new Big('0.00045')
export const MAKER_RATE: Decimal = /* @__PURE__ */ new Big('0.00015')

const ONE = /* @__PURE__ */ new Big(1)
const GROWTH_FACTOR = '0.1'

export function feeOf(market: SimMarket, value: Decimal, crossed: boolean): Decimal {
  let rate = crossed ? TAKER_RATE : MAKER_RATE
  const scale = market.feeScale
  if (scale !== undefined) rate = rate.times(scale.lt(ONE) ? scale.plus(ONE) : scale.times(2))
  if (market.growthMode) rate = rate.times(GROWTH_FACTOR)
  return toMicros(value.times(rate))
}
