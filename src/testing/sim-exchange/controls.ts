/**
 * What a test does to the exchange: fund accounts, approve agents, move prices, fill books, halt markets.
 */
import { type Address, address } from '../../model/account.js'
import { type Decimal, type DecimalInput, decimal, toWire, ZERO } from '../../model/decimal.js'
import { dexOf, type Side } from '../../model/market.js'
import { accountOf } from './accounts.js'
import { AGENT_LIFETIME_MS, approveAgent } from './agents.js'
import { payFunding } from './funding.js'
import { clearHouse, houseTakes, seedBook, setHouseBook } from './house.js'
import { addCash, available, cashOf } from './margin.js'
import { MAX_BUILDER_FEE } from './order-extras.js'
import { type RecordedOrder, type RecordedPosition, recordedOrder, recordedPosition } from './record.js'
import { windDown } from './settlement.js'
import type { AccountMode, SimAccount, SimMarket, Venue } from './state.js'
import { addSubAccount, addVault } from './sub-accounts.js'
import { moveMark } from './triggers.js'

export type AccountControl = {
  readonly address: Address
  /** Adds collateral of a dex; the default is the validator dex, whose USDC a unified account shares with `xyz`. */
  deposit(amount: DecimalInput, options?: { readonly dex?: string }): AccountControl
  /** Lets an agent sign for this account. `validUntil` is Unix milliseconds; the default is 90 days from now. */
  approveAgent(agent: string, options?: { readonly name?: string; readonly validUntil?: number }): AccountControl
  /** Makes another account a sub-account of this one, which signs for it. @throws {RangeError} when it is one already */
  addSubAccount(subAccount: string, options?: { readonly name?: string }): AccountControl
  /** Makes another account a vault that this one leads. @throws {RangeError} when it is one already */
  addVault(vault: string): AccountControl
  /** Lets a builder add up to so much to the fees, in tenths of a basis point; 0 takes it back. */
  approveBuilder(builder: string, maxFee: number): AccountControl
  /** Undelegated stake to pay for priority with, as its value in USD. */
  setPriorityFunds(value: DecimalInput): AccountControl
  /** `disabled` keeps collateral apart on each dex. Only for an account that has none yet. */
  setMode(mode: AccountMode): AccountControl
  /** What it is said to have traded so far, in USD. */
  setVolume(volume: DecimalInput): AccountControl
  /** How many actions it has sent, and how many it may send before it has traded anything. */
  setRequests(requests: { readonly used?: number; readonly free?: number }): AccountControl
  position(market: string): RecordedPosition | undefined
  openOrders(): readonly RecordedOrder[]
  /** Collateral, with realised profit and fees, without unrealised profit. */
  balance(options?: { readonly dex?: string }): string
  /** What is free for new orders. */
  available(options?: { readonly dex?: string }): string
}

export type BookInput = readonly (readonly [price: DecimalInput, size: DecimalInput])[]

export type MarketControl = {
  readonly name: string
  readonly assetId: number
  mark(): string
  bestBid(): string | undefined
  bestAsk(): string | undefined
  setMark(price: DecimalInput): MarketControl
  setOracle(price: DecimalInput): MarketControl
  /** What all longs hold together, in the market's units. */
  setOpenInterest(size: DecimalInput): MarketControl
  /** In units of collateral. At or above it only reductions are taken. */
  setOpenInterestCap(value: DecimalInput): MarketControl
  /** The largest order that may still open or increase a position; `null` lifts the limit again. */
  setOpenInterestStep(size: DecimalInput | null): MarketControl
  /** Replaces the liquidity that no client placed. What crosses a client's order trades with it. */
  setBook(book: { readonly bids: BookInput; readonly asks: BookInput }): MarketControl
  /** Takes that liquidity away; clients' orders stay. */
  clearBook(): MarketControl
  /** Puts the default liquidity around a mid; the default is the mark. */
  seedBook(mid?: DecimalInput): MarketControl
  /** Somebody trades against what rests, at the price or better. */
  take(side: Side, price: DecimalInput, size: DecimalInput): MarketControl
  /** One funding payment at this rate of the oracle value: longs pay it, shorts get it. There is none by itself. */
  payFunding(rate: DecimalInput): MarketControl
  /** Cancels all orders, settles all positions at the mark and refuses new orders. */
  halt(): MarketControl
  /** Ends a halt. The book is empty then. */
  resume(): MarketControl
  /** As a halt, but for good; the market's slot stays. */
  delist(): MarketControl
}

/** @throws {TypeError | RangeError} when the address is malformed */
export function createAccountControl(venue: Venue, accountAddress: string, publish: () => void): AccountControl {
  const own = address(accountAddress, 'address')
  const known = (): SimAccount => accountOf(venue, own)
  const poolOfDex = (name: string): { dex: string; collateralToken: number } => {
    const dex = venue.dexes.find((one) => one.spec.name === name)
    if (dex === undefined) throw new RangeError(`dex: no dex named ${JSON.stringify(name)}`)
    return { dex: name, collateralToken: dex.spec.collateralToken }
  }
  const change = (fn: () => void): AccountControl => {
    fn()
    venue.notices.accounts.add(known())
    publish()
    return control
  }
  const control: AccountControl = {
    address: own,
    deposit: (amount, { dex = '' } = {}) => change(() => addCash(known(), poolOfDex(dex), decimal(amount, 'amount'))),
    approveAgent: (agent, { name = '', validUntil = venue.now() + AGENT_LIFETIME_MS } = {}) =>
      change(() => approveAgent(venue, known(), { address: address(agent, 'agent'), name, validUntil })),
    addSubAccount: (subAccount, { name = '' } = {}) =>
      change(() => addSubAccount(known(), accountOf(venue, address(subAccount, 'subAccount')), name)),
    addVault: (vault) => change(() => addVault(known(), accountOf(venue, address(vault, 'vault')))),
    approveBuilder: (builder, maxFee) =>
      change(() => {
        if (!Number.isInteger(maxFee) || maxFee < 0 || maxFee > MAX_BUILDER_FEE) {
          throw new RangeError(`maxFee: expected a whole number from 0 to ${MAX_BUILDER_FEE}, got ${maxFee}`)
        }
        known().builders.set(address(builder, 'builder'), maxFee)
      }),
    setPriorityFunds: (value) =>
      change(() => {
        known().priorityFunds = decimal(value, 'value')
      }),
    setMode: (mode) =>
      change(() => {
        if (known().cash.size > 0 && known().mode !== mode) {
          throw new RangeError('mode: the account already holds collateral; set the mode before the first deposit')
        }
        known().mode = mode
      }),
    setVolume: (volume) =>
      change(() => {
        known().volume = decimal(volume, 'volume')
      }),
    setRequests: ({ used, free }) =>
      change(() => {
        if (used !== undefined) known().requestsUsed = used
        if (free !== undefined) known().requestsFree = free
      }),
    position: (market) => recordedPosition(venue, own, market),
    openOrders: () => [...(venue.accounts.get(own)?.openOrders.values() ?? [])].map(recordedOrder),
    balance: ({ dex = '' } = {}) => toWire(cashOf(known(), poolOfDex(dex))),
    available: ({ dex = '' } = {}) => toWire(available(known(), poolOfDex(dex)).round(6)),
  }
  return control
}

/** @throws {RangeError} when there is no such market */
export function createMarketControl(venue: Venue, name: string, publish: () => void): MarketControl {
  const found = venue.marketsByName.get(name)
  if (found === undefined) throw new RangeError(`market: no market named ${JSON.stringify(name)} on "${dexOf(name)}"`)
  const market: SimMarket = found
  const change = (fn: () => void): MarketControl => {
    fn()
    venue.notices.markets.add(market)
    publish()
    return control
  }
  const priceOf = (price: DecimalInput): Decimal => {
    const value = decimal(price, 'price')
    if (value.lte(ZERO)) throw new RangeError(`price: expected a price above zero, got ${toWire(value)}`)
    return value
  }
  const levels = (input: BookInput): { price: Decimal; size: Decimal }[] =>
    input.map(([price, size]) => ({ price: priceOf(price), size: decimal(size, 'size') }))
  const best = (isBuy: boolean): string | undefined => {
    const level = market.book.best(isBuy)
    return level && toWire(level.price)
  }
  const control: MarketControl = {
    name,
    assetId: market.assetId,
    mark: () => toWire(market.mark),
    bestBid: () => best(true),
    bestAsk: () => best(false),
    setMark: (price) =>
      change(() => {
        moveMark(venue, market, priceOf(price))
      }),
    setOracle: (price) =>
      change(() => {
        market.oracle = priceOf(price)
      }),
    setOpenInterest: (size) =>
      change(() => {
        market.openInterest = decimal(size, 'size')
      }),
    setOpenInterestCap: (value) =>
      change(() => {
        market.openInterestCap = decimal(value, 'value')
      }),
    setOpenInterestStep: (size) =>
      change(() => {
        market.openInterestStep = size === null ? undefined : decimal(size, 'size')
      }),
    setBook: ({ bids, asks }) => change(() => setHouseBook(venue, market, levels(bids), levels(asks))),
    clearBook: () => change(() => clearHouse(venue, market)),
    seedBook: (mid) =>
      change(() => {
        clearHouse(venue, market)
        seedBook(venue, market, mid === undefined ? market.mark : priceOf(mid))
      }),
    take: (side, price, size) =>
      change(() => houseTakes(venue, market, side === 'buy', { price: priceOf(price), size: decimal(size, 'size') })),
    payFunding: (rate) => change(() => payFunding(venue, market, decimal(rate, 'rate'))),
    halt: () =>
      change(() => {
        market.isHalted = true
        windDown(venue, market, 'canceled')
      }),
    resume: () =>
      change(() => {
        market.isHalted = false
      }),
    delist: () =>
      change(() => {
        market.isDelisted = true
        windDown(venue, market, 'delistedCanceled')
      }),
  }
  return control
}
