/**
 * What the simulated venue knows: dexes, markets, accounts, orders. Data only; the files around it are its rules.
 */
import type { Address, Network } from '../../model/account.js'
import type { Decimal } from '../../model/decimal.js'
import type { Market } from '../../model/market.js'
import type { Random } from '../seeded.js'
import type { Book, Level } from './book.js'
import type { Conditions } from './faults/conditions.js'
import type { SimLimits } from './limits.js'
import type { NonceBook } from './nonces.js'
import type { Notices } from './notices.js'
import type { OrderArchive } from './order-archive.js'
import type { Ring } from './ring.js'
import type { TriggerIndex } from './trigger-index.js'
import type { DexSpec } from './universe.js'

/** Everything the rules need. Handed to each of them, so that any of them can be driven alone. */
export type Venue = {
  readonly network: Network
  readonly limits: SimLimits
  /** The block time, Unix milliseconds. */
  readonly now: () => number
  /** Runs something of the venue's own later, as a block of its own. Returns what takes it back. */
  readonly schedule: (fn: () => void, ms: number) => () => void
  /** By dex index; 0 is the validator dex. */
  readonly dexes: readonly Dex[]
  /** By asset id. Deployers may add to them at any time. */
  readonly markets: Map<number, SimMarket>
  readonly marketsByName: Map<string, SimMarket>
  readonly accounts: Map<Address, SimAccount>
  readonly agents: Map<Address, Agent>
  readonly nonces: Map<Address, NonceBook>
  readonly orders: OrderArchive
  readonly fills: Ring<Fill>
  readonly notices: Notices
  readonly random: Random
  /** How far from the oracle an order may be, as a share of it. */
  readonly maxOracleDistance: Decimal
  /** Owns the resting liquidity that nobody's client placed. */
  readonly house: SimAccount
  /** What is wrong with it for the time being. */
  readonly conditions: Conditions
}

export type Dex = {
  readonly index: number
  readonly spec: DexSpec
  /** In meta order; grows at its end. */
  readonly markets: SimMarket[]
}

export type SimMarket = Omit<Market, 'isDelisted'> & {
  readonly indexInMeta: number
  readonly marginTableId: number
  readonly growthMode: boolean
  readonly feeScale: Decimal | undefined
  readonly prevDay: Decimal
  readonly funding: Decimal
  readonly book: Book
  readonly triggers: TriggerIndex
  readonly trades: Ring<Trade>
  readonly fundingRates: Ring<FundingRate>
  isDelisted: boolean
  isHalted: boolean
  mark: Decimal
  oracle: Decimal
  openInterest: Decimal
  /** In units of collateral. */
  openInterestCap: Decimal | undefined
  /** By how much one order may still raise it; the venue's own rule is not published. */
  openInterestStep: Decimal | undefined
  dayValue: Decimal
  daySize: Decimal
}

export type Agent = {
  readonly address: Address
  readonly name: string
  readonly account: SimAccount
  /** Unix milliseconds. */
  readonly validUntil: number
}

/** `unifiedAccount` has one balance per token for all dexes; `disabled` (the standard mode) has one per dex. */
export type AccountMode = 'unifiedAccount' | 'disabled'

export type SimAccount = {
  readonly address: Address
  readonly isHouse: boolean
  mode: AccountMode
  /** Collateral by pool; see margin.ts for what a pool is. */
  readonly cash: Map<string, Decimal>
  /** By asset id, made when the account first touches the market. */
  readonly slots: Map<number, Slot>
  readonly openOrders: Map<number, SimOrder>
  /** The newest order of each client order id. */
  readonly byCloid: Map<string, SimOrder>
  readonly fills: Ring<Fill>
  readonly history: Ring<OrderStatus>
  readonly fundings: Ring<Funding>
  /** The most each builder may add to the fees, in tenths of a basis point. */
  readonly builders: Map<Address, number>
  /** Undelegated stake that pays for priority, as its value in USD. */
  priorityFunds: Decimal
  volume: Decimal
  requestsUsed: number
  /** How many it may send before it has traded anything, when a test has said so. */
  requestsFree: number | undefined
  /** Bought on top of what trading has earned; see address-limits.ts. */
  requestsReserved: number
  /** When an account without requests may send its next one. */
  throttledUntil: number
  kind: 'user' | 'subAccount' | 'vault'
  /** Who signs for a sub-account or a vault. */
  leader: SimAccount | undefined
  /** Of a sub-account. */
  name: string
  readonly subAccounts: SimAccount[]
  /** By name; the unnamed one has the empty name. */
  readonly agents: Map<string, Agent>
  /** When all its orders are to be cancelled, Unix milliseconds; see schedule-cancel.ts. */
  scheduledCancel: { readonly at: number; readonly unset: () => void } | undefined
  readonly triggeredCancels: { day: number; count: number }
}

/** What one account has in one market: leverage, position, and the sums of its resting orders. */
export type Slot = {
  readonly market: SimMarket
  leverage: number
  isCross: boolean
  /** Positive is long. */
  size: Decimal
  /** What the position cost, always positive: entry price times size without its rounding. */
  entryValue: Decimal
  /** Collateral set aside for an isolated position, without its unrealised profit. */
  isolatedMargin: Decimal
  /** What the position has paid; negative when it has been paid. */
  readonly funding: { allTime: Decimal; sinceOpen: Decimal; sinceChange: Decimal }
  readonly resting: { readonly buy: RestingSum; readonly sell: RestingSum }
  /** Those in the book, oldest first. */
  readonly reduceOnly: Set<SimOrder>
  /** Reduce-only orders that wait for their trigger: all of the side that reduces, or they would be gone. */
  readonly triggers: Set<SimOrder>
}

/** The orders of one side that may open or increase a position. */
export type RestingSum = { size: Decimal; value: Decimal }

export type TimeInForce = 'Alo' | 'Ioc' | 'Gtc' | 'FrontendMarket'

/** When an order comes alive: the mark reaches a price, from the side that `kind` and the order's side imply. */
export type Trigger = {
  readonly price: Decimal
  readonly kind: 'tp' | 'sl'
  /** Becomes a market order, not the limit order it carries. */
  readonly isMarket: boolean
  /** Takes the whole position as it is when it fires. */
  readonly isPositionSized: boolean
}

/** Orders of which one acts for the others: a parent with its take-profit and stop, or these two alone. */
export type OrderGroup = {
  readonly kind: 'normalTpsl' | 'positionTpsl'
  readonly parent: SimOrder | undefined
  readonly children: readonly SimOrder[]
  /** One of them has reached its last status. */
  readonly onEnd: (order: SimOrder) => void
}

export type SimOrder = {
  readonly oid: number
  readonly account: SimAccount
  readonly market: SimMarket
  readonly isBuy: boolean
  readonly price: Decimal
  /** Fixed when it is placed; that of a position-sized order when it fires. */
  originalSize: Decimal
  /** What is still to be filled. */
  remaining: Decimal
  readonly reduceOnly: boolean
  readonly timeInForce: TimeInForce
  readonly cloid: string | null
  readonly trigger: Trigger | undefined
  /** Builder's share of the value traded, on top of the fee. */
  readonly builderRate: Decimal | undefined
  /** What keeps it out of the book: its parent is not filled, or the mark has not reached its trigger. */
  waitsFor: 'fill' | 'trigger' | undefined
  group: OrderGroup | undefined
  readonly placedAt: number
  status: string
  statusAt: number
  /** Its place in the queue of its price level, while it rests. */
  level: Level | undefined
  previous: SimOrder | undefined
  next: SimOrder | undefined
}

/** One line of an order's life, as it stood then. */
export type OrderStatus = {
  readonly order: SimOrder
  readonly status: string
  readonly statusAt: number
  readonly remaining: Decimal
}

export type Fill = {
  readonly account: SimAccount
  readonly market: SimMarket
  readonly order: SimOrder
  readonly price: Decimal
  readonly size: Decimal
  readonly time: number
  readonly startPosition: Decimal
  readonly direction: string
  readonly closedPnl: Decimal
  readonly crossed: boolean
  /** With the builder's part in it. */
  readonly fee: Decimal
  readonly builderFee: Decimal
  readonly tradeId: number
  readonly hash: string
}

/** What a funding payment brought an account: negative when it had to pay. */
export type Funding = {
  readonly account: SimAccount
  readonly market: SimMarket
  readonly time: number
  readonly amount: Decimal
  readonly size: Decimal
  readonly rate: Decimal
}

export type FundingRate = { readonly time: number; readonly rate: Decimal; readonly premium: Decimal }

export type Trade = {
  readonly market: SimMarket
  readonly takerIsBuyer: boolean
  readonly price: Decimal
  readonly size: Decimal
  readonly time: number
  readonly tradeId: number
  readonly hash: string
  readonly buyer: Address
  readonly seller: Address
}
