/**
 * What has changed since the last block, for the feeds. Collected while an action runs, handed out once after it,
 * so that a listener never sees half an action.
 */
import type { Fill, Funding, OrderStatus, SimAccount, SimMarket, Trade } from './state.js'

export type Changes = {
  readonly orders: OrderStatus[]
  readonly fills: Fill[]
  readonly trades: Trade[]
  readonly fundings: Funding[]
  /** Whose book has changed. */
  readonly books: Set<SimMarket>
  /** Whose mark, oracle or flags have changed. */
  readonly markets: Set<SimMarket>
  /** Whose balances, positions or open orders have changed. */
  readonly accounts: Set<SimAccount>
}

export type Notices = Changes & {
  /** Hands over what has been collected and starts anew; nothing when nothing has changed. */
  take(): Changes | undefined
}

export function createNotices(): Notices {
  const orders: OrderStatus[] = []
  const fills: Fill[] = []
  const trades: Trade[] = []
  const fundings: Funding[] = []
  const books = new Set<SimMarket>()
  const markets = new Set<SimMarket>()
  const accounts = new Set<SimAccount>()
  return {
    orders,
    fills,
    trades,
    fundings,
    books,
    markets,
    accounts,
    take() {
      if (orders.length + fills.length + trades.length + books.size + markets.size + accounts.size === 0)
        return undefined
      const changes: Changes = {
        orders: orders.splice(0),
        fills: fills.splice(0),
        trades: trades.splice(0),
        fundings: fundings.splice(0),
        books: new Set(books),
        markets: new Set(markets),
        accounts: new Set(accounts),
      }
      books.clear()
      markets.clear()
      accounts.clear()
      return changes
    },
  }
}
