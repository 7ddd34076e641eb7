/**
 * Questions about the past of a market: what this exchange remembers of its trades and funding payments.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 */
import { type Decimal, max, min, ZERO } from '../../model/decimal.js'
import { addressText, type Fields, fields, integer, oneOf, optional } from './decode.js'
import { dexNamed, type InfoHandler, marketNamed } from './info-markets.js'
import { cashOf } from './margin.js'
import { printed } from './numbers.js'
import type { Trade, Venue } from './state.js'
import { fundingView, type Json, tradeView } from './views.js'

/** Funding is no transaction of anybody's. */
const NO_HASH = `0x${'0'.repeat(64)}`
const TRADES_PER_ANSWER = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const INTERVALS = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
} as const

type Interval = keyof typeof INTERVALS

export const historyInfo: { readonly [type: string]: InfoHandler } = {
  recentTrades: (venue, request) => marketNamed(venue, request).trades.newest(TRADES_PER_ANSWER).map(tradeView),
  candleSnapshot: (venue, request) => {
    const asked = fields(request['req'], 'req')
    const market = marketNamed(venue, asked)
    const interval = oneOf(asked['interval'], Object.keys(INTERVALS) as Interval[], 'req.interval')
    const { startTime, endTime } = period(venue, asked)
    const trades = market.trades.all().filter(({ time }) => time >= startTime && time <= endTime)
    return candles(market.name, interval, trades)
  },
  fundingHistory: (venue, request) => {
    const market = marketNamed(venue, request)
    const { startTime, endTime } = period(venue, request)
    return market.fundingRates
      .all()
      .filter(({ time }) => time >= startTime && time <= endTime)
      .map(({ time, rate, premium }) => ({
        coin: market.name,
        fundingRate: printed(rate),
        premium: printed(premium),
        time,
      }))
  },
  userFunding: (venue, request) => {
    const user = addressText(request['user'], 'user')
    const { startTime, endTime } = period(venue, request)
    const fundings = venue.accounts.get(user)?.fundings.all() ?? []
    return fundings
      .filter(({ time }) => time >= startTime && time <= endTime)
      .map((funding) => {
        const { time, ...delta } = fundingView(funding)
        return { time, hash: NO_HASH, delta: { type: 'funding', ...delta } }
      })
  },
  perpDexStatus: (venue, request) => {
    const { spec } = dexNamed(venue, request)
    const pool = { dex: spec.name, collateralToken: spec.collateralToken }
    // A unified account's money is on no dex in particular.
    const onDex = [...venue.accounts.values()].filter(({ mode }) => mode === 'disabled')
    return { totalNetDeposit: printed(onDex.reduce((total, account) => total.plus(cashOf(account, pool)), ZERO)) }
  },
}

function period(venue: Venue, request: Fields): { readonly startTime: number; readonly endTime: number } {
  return {
    startTime: integer(request['startTime'], 'startTime'),
    endTime: optional(request['endTime'], integer, 'endTime') ?? venue.now(),
  }
}

type Candle = { open: Decimal; close: Decimal; high: Decimal; low: Decimal; size: Decimal; count: number }

function candles(coin: string, interval: Interval, trades: readonly Trade[]): Json[] {
  const lengthMs = INTERVALS[interval]
  const byStart = new Map<number, Candle>()
  for (const { time, price, size } of trades) {
    const start = time - (time % lengthMs)
    const candle = byStart.get(start)
    if (candle === undefined) {
      byStart.set(start, { open: price, close: price, high: price, low: price, size, count: 1 })
    } else {
      candle.close = price
      candle.high = max(candle.high, price)
      candle.low = min(candle.low, price)
      candle.size = candle.size.plus(size)
      candle.count++
    }
  }
  return [...byStart].map(([start, { open, close, high, low, size, count }]) => ({
    t: start,
    T: start + lengthMs - 1,
    s: coin,
    i: interval,
    o: printed(open),
    c: printed(close),
    h: printed(high),
    l: printed(low),
    v: printed(size),
    n: count,
  }))
}
