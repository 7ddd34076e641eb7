/**
 * Price-time matching: the better price first, the older order first at the same price.
 *
 * An order that meets one of its own account cancels the resting one and goes on. A fill changes both positions at
 * once, and a reduce-only order that has nothing left to reduce leaves the book in the same instant.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/order-book
 */
import { type Decimal, min, ZERO } from '../../model/decimal.js'
import { scramble } from '../seeded.js'
import { slotOf } from './accounts.js'
import { feeOf } from './fees.js'
import { addCash, available } from './margin.js'
import { toMicros } from './numbers.js'
import { increases, isAtCap } from './open-interest.js'
import { finish, reduce } from './order-life.js'
import { applyFill } from './positions.js'
import type { Fill, SimMarket, SimOrder, Slot, Trade, Venue } from './state.js'

/** How much of what is traded in growth mode counts towards limits. */
const GROWTH_VOLUME = '0.1'

/** Whether a price would trade against the best of the other side. */
export function wouldMatch(market: SimMarket, isBuy: boolean, price: Decimal): boolean {
  const level = market.book.best(!isBuy)
  return level !== undefined && (isBuy ? price.gte(level.price) : price.lte(level.price))
}

/** Fills as much of an order as the book holds up to a price. Returns the value traded. */
export function match(venue: Venue, taker: SimOrder, limit: Decimal): Decimal {
  const { market, isBuy } = taker
  const atCap = isAtCap(market)
  let value = ZERO
  while (taker.remaining.gt(ZERO) && wouldMatch(market, isBuy, limit)) {
    const maker = market.book.best(!isBuy)?.head
    if (maker === undefined) break
    if (maker.account === taker.account) {
      finish(venue, maker, 'selfTradeCanceled')
      continue
    }
    const unfillable = whyUnfillable(maker, atCap)
    if (unfillable !== undefined) {
      finish(venue, maker, unfillable)
      continue
    }
    const size = min(taker.remaining, maker.remaining)
    value = value.plus(size.times(maker.price))
    trade(venue, taker, maker, size)
  }
  return value
}

/** Why a resting order goes instead of trading when its turn comes. */
function whyUnfillable(maker: SimOrder, atCap: boolean): string | undefined {
  const { account, market, reduceOnly } = maker
  if (account.isHouse || reduceOnly) return undefined
  if (!increases(slotOf(account, market), maker)) return undefined
  if (atCap) return 'openInterestCapCanceled'
  // Its reserve is part of what is used: when less than nothing is free, losses have eaten what it had set aside.
  return available(account, market).lt(ZERO) ? 'marginCanceled' : undefined
}

function trade(venue: Venue, taker: SimOrder, maker: SimOrder, size: Decimal): void {
  const { market } = taker
  const [buy, sell] = taker.isBuy ? [taker, maker] : [maker, taker]
  const done: Trade = {
    market,
    takerIsBuyer: taker.isBuy,
    price: maker.price,
    size,
    time: venue.now(),
    tradeId: tradeId(buy.oid, sell.oid),
    hash: venue.random.hex(64),
    buyer: buy.account.address,
    seller: sell.account.address,
  }
  const value = size.times(maker.price)
  market.trades.push(done)
  market.dayValue = market.dayValue.plus(value)
  market.daySize = market.daySize.plus(size)
  venue.notices.trades.push(done)

  reduce(venue, taker, size)
  reduce(venue, maker, size)
  book(venue, taker, done, value, true)
  book(venue, maker, done, value, false)
  if (maker.remaining.eq(ZERO)) finish(venue, maker, 'filled')
  trimReduceOnly(venue, slotOf(maker.account, market), maker)
  trimReduceOnly(venue, slotOf(taker.account, market), taker)
}

/** Books one side of a trade: position, cash, fee, fill. The house trades for free and keeps no diary. */
function book(venue: Venue, order: SimOrder, done: Trade, value: Decimal, crossed: boolean): void {
  const { account, market } = order
  const change = applyFill(slotOf(account, market), order.isBuy, done.price, done.size)
  if (account.isHouse) return
  const builderFee = order.builderRate === undefined ? ZERO : toMicros(value.times(order.builderRate))
  const fee = feeOf(market, value, crossed).plus(builderFee)
  addCash(account, market, change.closedPnl.minus(fee))
  account.volume = account.volume.plus(market.growthMode ? value.times(GROWTH_VOLUME) : value)
  const { tradeId, hash, time, price, size } = done
  const fill: Fill = { account, market, order, price, size, time, crossed, fee, builderFee, tradeId, hash, ...change }
  account.fills.push(fill)
  venue.fills.push(fill)
  venue.notices.fills.push(fill)
  venue.notices.accounts.add(account)
}

/**
 * Cancels what can reduce nothing any more, after an order has changed the position or joined those that reduce it.
 * The oldest orders of the book go first when together they exceed the position; those that wait for a trigger may
 * each be as large as it, since usually only one of them fires.
 */
export function trimReduceOnly(venue: Venue, slot: Slot, cause: SimOrder): void {
  const [waiting] = slot.triggers
  if (waiting !== undefined && !reduces(slot, waiting)) {
    for (const order of slot.triggers) finish(venue, order, idleStatus(order, cause))
  }
  if (slot.reduceOnly.size === 0) return
  const orders = [...slot.reduceOnly]
  let excess = orders.reduce((sum, order) => sum.plus(order.remaining), ZERO).minus(slot.size.abs())
  for (const order of orders) {
    if (reduces(slot, order) && excess.lte(ZERO)) continue
    excess = excess.minus(order.remaining)
    if (order.remaining.gt(ZERO)) finish(venue, order, idleStatus(order, cause))
  }
}

const reduces = (slot: Slot, order: SimOrder): boolean => !slot.size.eq(ZERO) && slot.size.gt(ZERO) !== order.isBuy

/** A take-profit that closes the position says why its stop goes, and the other way round. */
function idleStatus(order: SimOrder, cause: SimOrder): string {
  const isSibling = order !== cause && order.group !== undefined && order.group === cause.group
  return isSibling ? 'siblingFilledCanceled' : 'reduceOnlyCanceled'
}

/** Fifty bits that follow from the two orders alone, so both legs of a trade carry the same id. */
function tradeId(buyOid: number, sellOid: number): number {
  const high = scramble(scramble(buyOid) ^ (sellOid >>> 0)) & 0x3_ffff
  return high * 0x1_0000_0000 + scramble(scramble(sellOid) + buyOid)
}
