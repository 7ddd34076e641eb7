/**
 * Setting the leverage of one account in one market.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining
 */
import { max, ZERO } from '../../model/decimal.js'
import { slotOf } from './accounts.js'
import { available, marginUsed, positionValue, reserved } from './margin.js'
import { tierLimit } from './margin-tables.js'
import { toMicros } from './numbers.js'
import type { SimAccount, SimMarket, Venue } from './state.js'
import { actionErrors } from './words.js'

/** Returns the venue's words when it refuses. */
export function updateLeverage(
  venue: Venue,
  account: SimAccount,
  market: SimMarket,
  leverage: number,
  isCross: boolean,
): string | undefined {
  if (leverage < 1 || leverage > market.maxLeverage) return actionErrors.leverage
  if (isCross && market.marginMode !== 'cross') return actionErrors.noCross
  const slot = slotOf(account, market)
  if (!slot.size.eq(ZERO) && isCross !== slot.isCross) return actionErrors.leverageType
  if (tierLimit(market, leverage)?.lt(positionValue(slot))) return actionErrors.leverage
  if (leverage < slot.leverage) {
    const held = isCross ? positionValue(slot).div(slot.leverage) : marginUsed(slot)
    const extra = toMicros(max(positionValue(slot).div(leverage).minus(held), ZERO))
    const forOrders = reserved(slot).times(slot.leverage).div(leverage).minus(reserved(slot))
    if (extra.plus(forOrders).gt(available(account, market))) return actionErrors.leverageMargin(isCross)
    if (!isCross) slot.isolatedMargin = slot.isolatedMargin.plus(extra)
  }
  slot.leverage = leverage
  slot.isCross = isCross
  venue.notices.accounts.add(account)
  return undefined
}
