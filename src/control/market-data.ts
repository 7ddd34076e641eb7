/**
 * What is known of each market: prices as last heard, with the age of our own receive time.
 *
 * Age is counted from when we received a price, not from when it changed: a quiet market is not a stale one. A price
 * of unknown age does not exist. What cannot be (no price above zero, a book that is crossed, a time that runs back) is
 * not taken in, and touches no average; and whoever has told of a market what cannot be read has told that the last word
 * about it is old.
 */
import { type Decimal, decimal, max, min, powerOfTen, ZERO } from '../model/decimal.js'
import { positiveMs } from '../model/guards.js'
import type { BestPrices, MarketContext } from '../model/prices.js'
import { createListeners } from './listeners.js'

export type MarketDataOptions = {
  /** Older marks do not count. Default: 8000. */
  readonly maxMarkAgeMs?: number | undefined
}

/** With the time of our receipt, monotonic ms. */
export type Received<T> = T & { readonly receivedAt: number }

export type Book = BestPrices & {
  /** Of a book with two sides that are not crossed. */
  readonly quote?: Quote | undefined
  /** The venue's time has run back; nothing since is taken in until it has caught up. */
  readonly isBehind: boolean
}

export type Quote = {
  readonly mid: Decimal
  readonly spreadBps: Decimal
  /** What the spread was before, as a slow average. */
  readonly usualSpreadBps: Decimal
}

export type MarketData = {
  /** @param now monotonic ms of the receipt */
  update(context: MarketContext, now: number): void
  /** @param now monotonic ms of the receipt */
  updateBook(prices: BestPrices, now: number): void
  /** The venue said something of a market that cannot be read: what it said before is of unknown age, and counts no more. */
  unreadable(market: string, what: 'context' | 'book'): void
  /** The mark, unless it is missing, too old or no price at all. @param now monotonic ms */
  mark(market: string, now: number): Decimal | undefined
  context(market: string): Received<MarketContext> | undefined
  book(market: string): Received<Book> | undefined
  /** Forgets everything but averages: what was heard on an older connection has no age. */
  reset(): void
  /** Tells of each market whose mark is another now, or counts no more. Not of a mark that is heard again, or only grows old. */
  onMark(listener: (market: string) => void): () => void
  readonly maxMarkAgeMs: number
}

/** How much of a new spread goes into the average. */
const ALPHA: Decimal = /* @__PURE__ */ decimal('0.05', 'ALPHA')
/** A spread goes into it once in so long, or an average over twenty messages would be one over two seconds. */
const SAMPLE_MS = 1_000
/** And as so many times the average at most, or a shock would at once become what is usual. */
const MOST_OF_AVERAGE = 3
const BPS = 10_000
const BPS_DECIMALS = 6
const SMALLEST_BPS: Decimal = /* @__PURE__ */ powerOfTen(-BPS_DECIMALS)

export function createMarketData(options: MarketDataOptions = {}): MarketData {
  const maxMarkAgeMs = positiveMs(options.maxMarkAgeMs ?? 8_000, 'maxMarkAgeMs')
  const contexts = new Map<string, Received<MarketContext>>()
  const books = new Map<string, Received<Book>>()
  const averages = new Map<string, { readonly spreadBps: Decimal; readonly sampledAt: number }>()
  const listeners = createListeners<string>()

  /** The average of what was before this spread: no spread is measured against itself. */
  function usualSpread(market: string, spreadBps: Decimal, now: number): Decimal {
    const average = averages.get(market)
    if (average === undefined) {
      averages.set(market, { spreadBps, sampledAt: now })
      return spreadBps
    }
    const before = books.get(market)?.quote
    if (before === undefined || now - average.sampledAt < SAMPLE_MS) return average.spreadBps
    const sample = min(before.spreadBps, average.spreadBps.times(MOST_OF_AVERAGE))
    const next = average.spreadBps.plus(sample.minus(average.spreadBps).times(ALPHA)).round(BPS_DECIMALS)
    averages.set(market, { spreadBps: next, sampledAt: now })
    return next
  }

  function quoteOf({ market, bid, ask }: BestPrices, now: number): Quote | undefined {
    if (bid === undefined || ask === undefined || bid.lte(ZERO) || ask.lte(bid)) return undefined
    const mid = bid.plus(ask).div(2)
    const spreadBps = max(ask.minus(bid).div(mid).times(BPS).round(BPS_DECIMALS), SMALLEST_BPS)
    return { mid, spreadBps, usualSpreadBps: usualSpread(market, spreadBps, now) }
  }

  return {
    maxMarkAgeMs,
    update(context, now) {
      const before = contexts.get(context.market)?.markPrice
      const after = context.markPrice.gt(ZERO) ? context.markPrice : undefined
      // A venue that has no mark, or none that can be, is not one whose last mark still counts.
      if (after === undefined) contexts.delete(context.market)
      else contexts.set(context.market, contextAt(context, now))
      if (before === undefined || after === undefined || !before.eq(after)) listeners.tell(context.market)
      // The book is told of only when it changes; that the mid is still the same says that it has not.
      const book = books.get(context.market)
      if (book?.quote === undefined || context.midPrice?.eq(book.quote.mid) !== true) return
      books.set(context.market, { ...book, quote: quoteOf(book, now), receivedAt: now })
    },
    updateBook(prices, now) {
      const last = books.get(prices.market)
      if (last !== undefined && prices.time < last.time) books.set(prices.market, { ...last, isBehind: true })
      else books.set(prices.market, bookAt(prices, quoteOf(prices, now), now))
    },
    unreadable(market, what) {
      const context = contexts.get(market)
      const book = books.get(market)
      if (what === 'context' && context !== undefined) {
        contexts.set(market, { ...context, receivedAt: Number.NEGATIVE_INFINITY })
        listeners.tell(market)
      }
      // Its time stays: what is older must not pass for news.
      if (what === 'book' && book !== undefined) {
        const { time, isBehind, receivedAt } = book
        books.set(market, { market, time, isBehind, receivedAt })
      }
    },
    mark(market, now) {
      const context = contexts.get(market)
      return context !== undefined && now - context.receivedAt <= maxMarkAgeMs ? context.markPrice : undefined
    },
    context: (market) => contexts.get(market),
    book: (market) => books.get(market),
    reset() {
      const markets = [...contexts.keys()]
      contexts.clear()
      books.clear()
      for (const market of markets) listeners.tell(market)
    },
    onMark: listeners.add,
  }
}

/* Field by field: a spread that something is added to costs a microsecond, for every word of every feed. */

const contextAt = (context: MarketContext, receivedAt: number): Received<MarketContext> => ({
  market: context.market,
  markPrice: context.markPrice,
  oraclePrice: context.oraclePrice,
  midPrice: context.midPrice,
  openInterest: context.openInterest,
  receivedAt,
})

const bookAt = (
  { market, time, bid, ask }: BestPrices,
  quote: Quote | undefined,
  receivedAt: number,
): Received<Book> => ({
  market,
  time,
  bid,
  ask,
  quote,
  isBehind: false,
  receivedAt,
})
