/**
 * Whose money backs what: collateral pools, margin of positions, and what resting orders reserve.
 *
 * A pool is the collateral that can stand in for each other: all dexes of one token in the unified mode, one dex in
 * the standard mode. A resting order reserves margin at its own price, except for the part that would reduce the position.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining
 */
import { type Decimal, max, ZERO } from '../../model/decimal.js'
import type { SimAccount, SimMarket, Slot } from './state.js'

type PoolMember = Pick<SimMarket, 'dex' | 'collateralToken'>

function poolOf(account: SimAccount, market: PoolMember): string {
  return account.mode === 'unifiedAccount' ? `token:${market.collateralToken}` : `dex:${market.dex}`
}

export function cashOf(account: SimAccount, market: PoolMember): Decimal {
  return account.cash.get(poolOf(account, market)) ?? ZERO
}

export function addCash(account: SimAccount, market: PoolMember, amount: Decimal): void {
  account.cash.set(poolOf(account, market), cashOf(account, market).plus(amount))
}

/** Spot balances of the standard mode; those of a unified account are its collateral. */
export const spotOf = (account: SimAccount, token: number): Decimal => account.cash.get(`spot:${token}`) ?? ZERO

export function addSpot(account: SimAccount, token: number, amount: Decimal): void {
  account.cash.set(`spot:${token}`, spotOf(account, token).plus(amount))
}

/** What the position would fetch at the mark, less what it cost. */
export function unrealisedPnl(slot: Slot): Decimal {
  const value = slot.size.times(slot.market.mark)
  return slot.size.gte(ZERO) ? value.minus(slot.entryValue) : value.plus(slot.entryValue)
}

export const positionValue = (slot: Slot): Decimal => slot.size.abs().times(slot.market.mark)

/** The margin a position ties up, as the venue reports it. */
export function marginUsed(slot: Slot): Decimal {
  return slot.isCross ? positionValue(slot).div(slot.leverage) : slot.isolatedMargin.plus(unrealisedPnl(slot))
}

/** What the resting orders of one market reserve. */
export const reserved = (slot: Slot): Decimal => restingValue(slot).div(slot.leverage)

/** The value of the resting orders that would open or increase a position. */
function restingValue(slot: Slot): Decimal {
  const { buy, sell } = slot.resting
  const short = max(slot.size.neg(), ZERO)
  const long = max(slot.size, ZERO)
  return opening(buy, short).plus(opening(sell, long))
}

/** The value of what is left of a side once `reducing` of it has only closed a position. */
export function opening(sum: { readonly size: Decimal; readonly value: Decimal }, reducing: Decimal): Decimal {
  if (sum.size.lte(reducing)) return ZERO
  return reducing.eq(ZERO) ? sum.value : sum.value.times(sum.size.minus(reducing)).div(sum.size)
}

/** What is free for new positions and orders in the pool of a market. */
export function available(account: SimAccount, market: PoolMember): Decimal {
  const pool = poolOf(account, market)
  let free = account.cash.get(pool) ?? ZERO
  // By leverage: dividing a decimal costs more than all else that an order does here, so it is done once for each.
  const tied = new Map<number, Decimal>()
  const tie = (leverage: number, value: Decimal): void => {
    tied.set(leverage, (tied.get(leverage) ?? ZERO).plus(value))
  }
  for (const slot of account.slots.values()) {
    if (poolOf(account, slot.market) !== pool) continue
    tie(slot.leverage, restingValue(slot))
    if (slot.size.eq(ZERO)) continue
    if (slot.isCross) {
      free = free.plus(unrealisedPnl(slot))
      tie(slot.leverage, positionValue(slot))
    } else {
      free = free.minus(slot.isolatedMargin)
    }
  }
  for (const [leverage, value] of tied) if (!value.eq(ZERO)) free = free.minus(value.div(leverage))
  return free
}

/** Cash and unrealised profit of everything the pool backs. */
export function equity(account: SimAccount, market: PoolMember): Decimal {
  const pool = poolOf(account, market)
  let total = account.cash.get(pool) ?? ZERO
  for (const slot of account.slots.values()) {
    if (poolOf(account, slot.market) === pool) total = total.plus(unrealisedPnl(slot))
  }
  return total
}

export function hasFunds(account: SimAccount): boolean {
  for (const cash of account.cash.values()) if (cash.gt(ZERO)) return true
  for (const slot of account.slots.values()) if (!slot.size.eq(ZERO)) return true
  return false
}

/** Half the initial margin at the highest leverage is the least a position must hold. */
export const maintenanceMargin = (slot: Slot): Decimal => positionValue(slot).div(2 * slot.market.maxLeverage)

/** The mark at which the position would be closed by force; none when it cannot happen. */
export function liquidationPrice(account: SimAccount, slot: Slot): Decimal | undefined {
  const backing = slot.isCross ? equity(account, slot.market) : marginUsed(slot)
  const spare = backing.minus(maintenanceMargin(slot))
  const side = slot.size.gt(ZERO) ? 1 : -1
  const twiceLeverage = 2 * slot.market.maxLeverage
  // spare / size / (1 − side / twiceLeverage), with whole numbers only
  const distance = spare
    .div(slot.size.abs())
    .times(twiceLeverage)
    .div(twiceLeverage - side)
  const price = slot.market.mark.minus(distance.times(side))
  return price.gt(ZERO) ? price : undefined
}
