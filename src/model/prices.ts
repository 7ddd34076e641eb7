/** What the venue tells of a market: its prices, and what stands beside them. */
import type { Decimal } from './decimal.js'

/** What the venue says of a market beside its book. */
export type MarketContext = {
  readonly market: string
  readonly markPrice: Decimal
  readonly oraclePrice?: Decimal | undefined
  readonly midPrice?: Decimal | undefined
  /** In units of the coin. */
  readonly openInterest?: Decimal | undefined
}

/** The best prices of a book; a side without orders has none. */
export type BestPrices = {
  readonly market: string
  /** Venue time, Unix ms. */
  readonly time: number
  readonly bid?: Decimal | undefined
  readonly ask?: Decimal | undefined
}
