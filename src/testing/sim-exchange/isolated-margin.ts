/**
 * Moving collateral into and out of one isolated position.
 *
 * What stays behind must cover the initial margin and a tenth of the position's value. On a strictly isolated market
 * margin only goes in; it comes back as the position is closed.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining
 */
import { type Decimal, decimal, max, ZERO } from '../../model/decimal.js'
import { slotOf } from './accounts.js'
import type { Action } from './actions.js'
import { updateLeverage } from './leverage.js'
import { available, marginUsed, positionValue } from './margin.js'
import { toMicros } from './numbers.js'
import type { SimAccount, SimMarket, Slot, Venue } from './state.js'
import { actionErrors } from './words.js'

type MarginAction = Extract<
  Action,
  { readonly type: 'updateLeverage' | 'updateIsolatedMargin' | 'topUpIsolatedOnlyMargin' }
>

const MICROS = 1_000_000
/** Ten percent: the share of a position's value that margin moved out must leave behind. */
const LEAST_SHARE = '0.1'

/** Returns the venue's words when it refuses. */
export function changeMargin(
  venue: Venue,
  account: SimAccount,
  market: SimMarket,
  action: MarginAction,
): string | undefined {
  switch (action.type) {
    case 'updateLeverage':
      return updateLeverage(venue, account, market, action.leverage, action.isCross)
    case 'updateIsolatedMargin':
      return move(venue, account, market, decimal(String(action.ntli), 'ntli').div(MICROS))
    case 'topUpIsolatedOnlyMargin':
      return topUp(venue, account, market, decimal(action.leverage, 'leverage'))
  }
}

/** @param amount collateral to add; negative to take out */
function move(venue: Venue, account: SimAccount, market: SimMarket, amount: Decimal): string | undefined {
  const slot = slotOf(account, market)
  if (amount.eq(ZERO)) return actionErrors.marginZero
  if (slot.size.eq(ZERO)) return actionErrors.marginNoPosition
  if (slot.isCross) return actionErrors.marginCross
  if (amount.lt(ZERO)) {
    if (market.marginMode === 'strictIsolated') return actionErrors.marginStrict
    if (marginUsed(slot).plus(amount).lt(leastMargin(slot))) return actionErrors.marginReduction
  } else if (amount.gt(available(account, market))) {
    return actionErrors.marginIncrease
  }
  slot.isolatedMargin = slot.isolatedMargin.plus(amount)
  venue.notices.accounts.add(account)
  return undefined
}

function leastMargin(slot: Slot): Decimal {
  const value = positionValue(slot)
  return max(value.div(slot.leverage), value.times(LEAST_SHARE))
}

/** Adds what is missing to bring a strictly isolated position down to a leverage. */
function topUp(venue: Venue, account: SimAccount, market: SimMarket, leverage: Decimal): string | undefined {
  if (market.marginMode !== 'strictIsolated') return actionErrors.marginNotStrict
  if (leverage.lte(ZERO)) return actionErrors.leverage
  const slot = slotOf(account, market)
  if (slot.size.eq(ZERO)) return actionErrors.marginNoPosition
  const missing = toMicros(positionValue(slot).div(leverage).minus(marginUsed(slot)))
  return move(venue, account, market, max(missing, ZERO))
}
