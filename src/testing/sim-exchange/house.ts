/**
 * The resting liquidity that no client placed: how a book is filled around a price, and how a test fills its own.
 *
 * Around a mid the rule is fixed: as many levels on both sides, a spread of two basis points or two ticks, steps that
 * stay on the grid, and a few thousand units of collateral on each level.
 */
import { type Decimal, decimal, max, ZERO } from '../../model/decimal.js'
import { floorSize, isLegalPrice, isLegalSize, roundPrice, tickAt } from '../../model/market.js'
import { cancelAll } from './cancel.js'
import { createOrder, placeOrder } from './order-entry.js'
import { rest } from './order-life.js'
import type { OrderRequest } from './order-request.js'
import type { SimAccount, SimMarket, TimeInForce, Venue } from './state.js'

type HouseLevel = { readonly price: Decimal; readonly size: Decimal }

const LEVELS = 20
const HALF_SPREAD = '0.0001'
const LEVEL_VALUE = '4000'
/** How far the sizes of levels lie apart, in percent of the usual one. */
const LEAST_PERCENT = 50
const MOST_PERCENT = 150

/** Fills a book around a mid. What crosses a client's resting order trades with it. */
export function seedBook(venue: Venue, market: SimMarket, mid: Decimal): void {
  const tick = tickAt(mid, market.szDecimals)
  const step = max(tick, mid.times(HALF_SPREAD).div(tick).round(0).times(tick))
  const lot = decimal(market.szDecimals === 0 ? '1' : `0.${'1'.padStart(market.szDecimals, '0')}`, 'lot')
  const percentOfSize = decimal(LEVEL_VALUE, 'value')
    .div(mid.times(100))
    .round(market.szDecimals + 2)
  const isOnGrid = isLegalPrice(mid, market.szDecimals)
  // Into an empty book orders go without a look at what they might meet, which is most of what a start costs.
  const isEmpty = market.book.best(true) === undefined && market.book.best(false) === undefined
  for (const side of ['buy', 'sell'] as const) {
    const away = side === 'buy' ? -1 : 1
    // A mid halfway between two ticks is kept: both sides start from the tick next to it.
    const start = isOnGrid ? mid.plus(step.times(away)) : roundPrice(mid, side, market.szDecimals)
    let last: Decimal | undefined
    for (let i = 0; i < LEVELS; i++) {
      const price = roundPrice(start.plus(step.times(away * i)), side, market.szDecimals)
      if (price.lte(ZERO)) break
      if (last?.eq(price)) continue
      last = price
      const percent = venue.random.integer(LEAST_PERCENT, MOST_PERCENT)
      const size = max(lot, floorSize(percentOfSize.times(percent), market.szDecimals))
      if (isEmpty) {
        rest(venue, createOrder(venue, venue.house, houseOrder(market, side === 'buy', { price, size }, 'Gtc')))
      } else {
        quote(venue, market, side === 'buy', { price, size })
      }
    }
  }
}

/** Replaces the house's orders. What crosses a client's resting order trades with it. */
export function setHouseBook(
  venue: Venue,
  market: SimMarket,
  bids: readonly HouseLevel[],
  asks: readonly HouseLevel[],
): void {
  checkTrading(market)
  for (const level of [...bids, ...asks]) checkLevel(market, level)
  for (const bid of bids) {
    const crossed = asks.find((ask) => ask.price.lte(bid.price))
    if (crossed) throw new RangeError(`book of ${market.name}: bid ${bid.price} crosses ask ${crossed.price}`)
  }
  clearHouse(venue, market)
  for (const level of bids) quote(venue, market, true, level)
  for (const level of asks) quote(venue, market, false, level)
}

export function clearHouse(venue: Venue, market: SimMarket): void {
  const own = market.book.orders().filter((order) => order.account.isHouse)
  cancelAll(venue, own, 'canceled')
}

/** The house takes what rests at a price or better, up to a size. */
export function houseTakes(venue: Venue, market: SimMarket, isBuy: boolean, level: HouseLevel): void {
  checkTrading(market)
  checkLevel(market, level)
  placeOrder(venue, venue.house, houseOrder(market, isBuy, level, 'Ioc'))
}

/** One order of the house, or of another maker that needs no margin. */
export function quote(
  venue: Venue,
  market: SimMarket,
  isBuy: boolean,
  level: HouseLevel,
  maker: SimAccount = venue.house,
): void {
  placeOrder(venue, maker, houseOrder(market, isBuy, level, 'Gtc'))
}

function houseOrder(
  market: SimMarket,
  isBuy: boolean,
  { price, size }: HouseLevel,
  timeInForce: TimeInForce,
): OrderRequest {
  return { market, isBuy, price, size, reduceOnly: false, timeInForce, cloid: null }
}

function checkTrading(market: SimMarket): void {
  if (market.isHalted || market.isDelisted) throw new RangeError(`book of ${market.name}: the market does not trade`)
}

function checkLevel(market: SimMarket, { price, size }: HouseLevel): void {
  if (!isLegalPrice(price, market.szDecimals))
    throw new RangeError(`book of ${market.name}: ${price} is no legal price`)
  if (!isLegalSize(size, market.szDecimals)) throw new RangeError(`book of ${market.name}: ${size} is no legal size`)
}
