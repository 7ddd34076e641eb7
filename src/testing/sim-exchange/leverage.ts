/**
 * Setting the leverage of one account in one market.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining
 */
import { max, ZERO } from '../../model/decimal.js'
import { slotOf } from './accounts.js'
import { available, marginUsed, positionValue } from './margin.js'
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
  const hasPosition = !slot.size.eq(ZERO)
  if (hasPosition && isCross !== slot.isCross) return actionErrors.leverageType
  if (hasPosition && leverage < slot.leverage) {
    const held = isCross ? positionValue(slot).div(slot.leverage) : marginUsed(slot)
    const extra = toMicros(max(positionValue(slot).div(leverage).minus(held), ZERO))
    if (extra.gt(available(account, market))) return actionErrors.leverageMargin
    if (!isCross) slot.isolatedMargin = slot.isolatedMargin.plus(extra)
  }
  slot.leverage = leverage
  slot.isCross = isCross
  venue.notices.accounts.add(account)
  return undefined
}
