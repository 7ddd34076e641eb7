/**
 * Accounts, and what an account has in a market.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import type { Address } from '../../model/account.js'
import { ZERO } from '../../model/decimal.js'
import { createNonceBook, type NonceBook } from './nonces.js'
import { createRing } from './ring.js'
import type { SimAccount, SimMarket, Slot, Venue } from './state.js'

/** What the venue serves of the past, per account. */
const FILLS_KEPT = 10_000
const HISTORY_KEPT = 2_000
const FUNDINGS_KEPT = 500

export function createAccount(address: Address, isHouse = false): SimAccount {
  return {
    address,
    isHouse,
    mode: 'unifiedAccount',
    cash: new Map(),
    slots: new Map(),
    openOrders: new Map(),
    byCloid: new Map(),
    fills: createRing(FILLS_KEPT),
    history: createRing(HISTORY_KEPT),
    fundings: createRing(FUNDINGS_KEPT),
    builders: new Map(),
    priorityFunds: ZERO,
    volume: ZERO,
    requestsUsed: 0,
    requestsFree: undefined,
    requestsReserved: 0,
    throttledUntil: 0,
    leader: undefined,
    kind: 'user',
    name: '',
    subAccounts: [],
    agents: new Map(),
    scheduledCancel: undefined,
    triggeredCancels: { day: 0, count: 0 },
  }
}

export function accountOf(venue: Venue, address: Address): SimAccount {
  let account = venue.accounts.get(address)
  if (account === undefined) {
    account = createAccount(address)
    venue.accounts.set(address, account)
  }
  return account
}

export function noncesOf(venue: Venue, signer: Address): NonceBook {
  let book = venue.nonces.get(signer)
  if (book === undefined) {
    book = createNonceBook()
    venue.nonces.set(signer, book)
  }
  return book
}

/** A market that an account has never touched starts at this leverage, or its maximum when that is lower. */
const DEFAULT_LEVERAGE = 20

export function slotOf(account: SimAccount, market: SimMarket): Slot {
  let slot = account.slots.get(market.assetId)
  if (slot === undefined) {
    slot = emptySlot(market)
    account.slots.set(market.assetId, slot)
  }
  return slot
}

/** What an account that never touched a market would have there. */
export function emptySlot(market: SimMarket): Slot {
  return {
    market,
    leverage: Math.min(DEFAULT_LEVERAGE, market.maxLeverage),
    isCross: market.marginMode === 'cross',
    size: ZERO,
    entryValue: ZERO,
    isolatedMargin: ZERO,
    funding: { allTime: ZERO, sinceOpen: ZERO, sinceChange: ZERO },
    resting: { buy: { size: ZERO, value: ZERO }, sell: { size: ZERO, value: ZERO } },
    reduceOnly: new Set(),
    triggers: new Set(),
  }
}
