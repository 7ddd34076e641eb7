/**
 * Prices as last heard, with the age of our own receive time.
 *
 * Age is counted from when we received a price, not from when it changed: a quiet market is not a stale one. A price
 * of unknown age does not exist, nor does one that is not above zero.
 */
import { type Decimal, ZERO } from '../model/decimal.js'
import { positiveMs } from '../model/guards.js'

export type MarketDataOptions = {
  /** Older marks do not count. Default: 8000. */
  readonly maxMarkAgeMs?: number | undefined
}

export type MarketData = {
  /** @param now monotonic ms of the receipt */
  update(context: { readonly market: string; readonly markPrice: Decimal }, now: number): void
  /** The mark, unless it is missing, too old or no price at all. @param now monotonic ms */
  mark(market: string, now: number): Decimal | undefined
  /** Forgets everything: what was heard on an older connection has no age. */
  reset(): void
  readonly maxMarkAgeMs: number
}

export function createMarketData(options: MarketDataOptions = {}): MarketData {
  const maxMarkAgeMs = positiveMs(options.maxMarkAgeMs ?? 8_000, 'maxMarkAgeMs')
  const marks = new Map<string, { readonly price: Decimal; readonly receivedAt: number }>()
  return {
    maxMarkAgeMs,
    update({ market, markPrice }, now) {
      marks.set(market, { price: markPrice, receivedAt: now })
    },
    mark(market, now) {
      const mark = marks.get(market)
      if (mark === undefined || mark.price.lte(ZERO)) return undefined
      return now - mark.receivedAt <= maxMarkAgeMs ? mark.price : undefined
    },
    reset: () => marks.clear(),
  }
}
