/**
 * Gates on what the market looks like. Each looks at the order's own market only, and denies on what it does not know.
 *
 * The book comes first: a side without orders must never reach a comparison as a price.
 */
import { type Decimal, type DecimalInput, decimal, positiveDecimal } from '../../model/decimal.js'
import { positiveMs } from '../../model/guards.js'
import type { OrderRequest } from '../../model/order.js'
import type { Book, Quote, Received } from '../market-data.js'
import { deny, denyWithoutMark, type Gate, type GateAnswer, type GateContext, PASS } from '../risk-gates.js'

const BPS: Decimal = /* @__PURE__ */ decimal('10000', 'BPS')

/** A check of a book with two sides; without one it denies. */
type BookCheck = (book: Received<Book>, quote: Quote, order: OrderRequest, context: GateContext) => GateAnswer

function bookGate(step: string, id: string, rule: string, check: BookCheck): Gate {
  return {
    step,
    id,
    rule,
    needs: ['bbo'],
    check(order, context) {
      const { name } = order.market
      const book = context.marketData.book(name)
      if (book === undefined) return deny('MARKET_DATA_UNAVAILABLE', 'a best bid and ask', `none for ${name}`)
      const { quote, bid, ask } = book
      if (quote !== undefined) return check(book, quote, order, context)
      const sides = `bid ${bid?.toFixed() ?? 'none'}, ask ${ask?.toFixed() ?? 'none'}`
      return deny('BOOK_UNUSABLE', 'a bid below an ask', sides)
    },
  }
}

/** Step 2d: a book of one side, or a crossed one, has no price to trade at. */
export const twoSidedBookGate = (): Gate =>
  bookGate('2d', 'twoSidedBook', 'a bid, an ask above it, and no other order', () => PASS)

/**
 * Step 2e: how long ago the book was heard of, or confirmed by a mid that is still the same; not how long ago it changed.
 *
 * @throws {RangeError} when the age is not above zero
 */
export function bboAgeGate(maxBboAgeMs = 2_000): Gate {
  const limit = positiveMs(maxBboAgeMs, 'market.maxBboAgeMs')
  const rule = `best bid and ask heard of within the last ${limit} ms`
  return bookGate('2e', 'bboAge', rule, (book, _quote, _order, { now }) => young(now - book.receivedAt, limit))
}

/**
 * Step 2f: how long ago mark, oracle and open interest were heard of.
 *
 * @throws {RangeError} when the age is not above zero
 */
export function contextAgeGate(maxContextAgeMs = 8_000): Gate {
  const limit = positiveMs(maxContextAgeMs, 'market.maxContextAgeMs')
  return {
    step: '2f',
    id: 'contextAge',
    rule: `mark, oracle and open interest heard of within the last ${limit} ms`,
    check({ market: { name } }, { marketData, now }) {
      const context = marketData.context(name)
      return context === undefined ? denyWithoutMark(name, marketData) : young(now - context.receivedAt, limit)
    },
  }
}

/** An age that is no number is not below the limit. */
const young = (ageMs: number, limit: number): GateAnswer =>
  ageMs <= limit ? PASS : deny('MARKET_DATA_UNAVAILABLE', `${limit} ms`, `${ageMs} ms`)

/** Step 2g: a venue whose time runs back is telling old news; denied until it has caught up, or on another connection. */
export const timeRegressionGate = (): Gate =>
  bookGate('2g', 'timeRegression', 'the time of the book does not run back', (book) =>
    book.isBehind ? deny('TIME_REGRESSION', `a time from ${book.time} on`, 'an earlier one') : PASS,
  )

/**
 * Step 2h: a mark far from the middle of the book is wrong, or the book is.
 *
 * @throws {RangeError} when the distance is not above zero
 */
export function markMidDivergenceGate(maxBps: DecimalInput = '50'): Gate {
  const limit = positiveDecimal(maxBps, 'market.maxMarkMidDivergenceBps')
  const rule = `mark at most ${limit.toFixed()} bps from the middle of the book`
  return bookGate('2h', 'markMidDivergence', rule, (_book, { mid }, { market: { name } }, { mark, marketData }) => {
    if (mark === undefined) return denyWithoutMark(name, marketData)
    const distance = mark.minus(mid).abs().times(BPS)
    if (distance.lte(limit.times(mid))) return PASS
    return deny('MARK_MID_DIVERGENCE', `${limit.toFixed()} bps`, `${distance.div(mid).toFixed(2)} bps`)
  })
}

export type SpreadShockOptions = {
  /** Above so many times the usual spread an order is made smaller. Default: 3. */
  readonly reduceAbove?: DecimalInput | undefined
  /** To this part of its size. Default: 0.2. */
  readonly reduceTo?: DecimalInput | undefined
  /** Above so many times it is denied. Default: 6. */
  readonly denyAbove?: DecimalInput | undefined
}

/**
 * Step 2i: a spread far wider than usual says that others know something.
 *
 * @throws {RangeError} naming the field, when it is not above zero, `reduceTo` not below one, or `denyAbove` not above `reduceAbove`
 */
export function spreadShockGate(options: SpreadShockOptions = {}): Gate {
  const reduceAbove = positiveDecimal(options.reduceAbove ?? '3', 'market.spreadShock.reduceAbove')
  const denyAbove = positiveDecimal(options.denyAbove ?? '6', 'market.spreadShock.denyAbove')
  const reduceTo = positiveDecimal(options.reduceTo ?? '0.2', 'market.spreadShock.reduceTo')
  if (denyAbove.lte(reduceAbove)) {
    throw new RangeError(`market.spreadShock.denyAbove: expected more than reduceAbove, got ${denyAbove.toFixed()}`)
  }
  if (reduceTo.gte(decimal('1', 'one'))) {
    throw new RangeError(`market.spreadShock.reduceTo: expected less than 1, got ${reduceTo.toFixed()}`)
  }
  const rule = `spread at most ${denyAbove.toFixed()} times the usual; above ${reduceAbove.toFixed()} times an order is scaled to ${reduceTo.toFixed()} of its size`
  return bookGate('2i', 'spreadShock', rule, (_book, { spreadBps, usualSpreadBps }, { size }) => {
    if (spreadBps.lte(usualSpreadBps.times(reduceAbove))) return PASS
    const limit = `${denyAbove.toFixed()} times ${usualSpreadBps.toFixed()} bps`
    const shock = { reason: 'SPREAD_SHOCK', limit, value: `${spreadBps.toFixed()} bps` } as const
    if (spreadBps.gt(usualSpreadBps.times(denyAbove))) return { answer: 'deny', ...shock }
    return { answer: 'resize', size: size.times(reduceTo), orElse: shock }
  })
}

/** Step 2j: at its cap the venue takes only what reduces. A market without a cap passes. */
export function openInterestCapGate(): Gate {
  return {
    step: '2j',
    id: 'openInterestCap',
    rule: 'open interest, at the mark, below the cap of the market',
    check({ market: { name } }, { mark, listing, marketData }) {
      const cap = listing.openInterestCap(name)
      if (cap === undefined) return PASS
      const openInterest = marketData.context(name)?.openInterest
      if (mark === undefined) return denyWithoutMark(name, marketData)
      if (openInterest === undefined) return deny('MARKET_DATA_UNAVAILABLE', 'an open interest', `none for ${name}`)
      const notional = openInterest.times(mark)
      return notional.lt(cap) ? PASS : deny('OPEN_INTEREST_CAPPED', cap.toFixed(), notional.toFixed())
    },
  }
}
