/**
 * Questions about one account: orders, fills, positions, limits. An agent's address is nobody's account and gets empty answers.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import { max, ZERO } from '../../model/decimal.js'
import { floorSize } from '../../model/market.js'
import { createAccount, emptySlot } from './accounts.js'
import { requestLimit, requestsCounted } from './address-limits.js'
import { agentAt, agentsOf } from './agents.js'
import { addressText, cloidText, type Fields, flag, integer, optional } from './decode.js'
import { MAKER_RATE, TAKER_RATE } from './fees.js'
import { dexNamed, type InfoHandler, marketNamed } from './info-markets.js'
import { available } from './margin.js'
import { mergedFills } from './merged-fills.js'
import { printed } from './numbers.js'
import type { Fill, SimAccount, SimMarket, Venue } from './state.js'
import { TOKENS } from './universe-tokens.js'
import {
  clearinghouseView,
  fillView,
  frontendOrderView,
  type Json,
  leverageView,
  openOrdersOf,
  orderHistoryView,
  orderView,
  spotView,
} from './views.js'

/** Rows per answer. */
const MAX_ROWS = 2_000

export const userInfo: { readonly [type: string]: InfoHandler } = {
  clearinghouseState: (venue, request) =>
    clearinghouseView(userOf(venue, request), dexNamed(venue, request), venue.now()),
  spotClearinghouseState: (venue, request) => spotView(userOf(venue, request), TOKENS),
  openOrders: (venue, request) => ordersOf(venue, request).map((order) => orderView(order)),
  frontendOpenOrders: (venue, request) => ordersOf(venue, request).map((order) => frontendOrderView(order)),
  orderStatus: (venue, request) => {
    const user = userOf(venue, request)
    const asked = request['oid']
    const id = typeof asked === 'string' ? cloidText(asked, 'oid') : integer(asked, 'oid')
    const order = user === undefined ? undefined : venue.orders.of(user, id)
    if (order === undefined) return { status: 'unknownOid' }
    return {
      status: 'order',
      order: { order: frontendOrderView(order), status: order.status, statusTimestamp: order.statusAt },
    }
  },
  historicalOrders: (venue, request) => userOf(venue, request)?.history.newest(MAX_ROWS).map(orderHistoryView) ?? [],
  userFills: (venue, request) => fillsView(request, userOf(venue, request)?.fills.newest(MAX_ROWS) ?? []),
  userFillsByTime: (venue, request) => {
    const startTime = integer(request['startTime'], 'startTime')
    const endTime = optional(request['endTime'], integer, 'endTime') ?? venue.now()
    const isWanted = (fill: Fill): boolean => fill.time >= startTime && fill.time <= endTime
    const fills = userOf(venue, request)?.fills.all().filter(isWanted) ?? []
    if (optional(request['reversed'], flag, 'reversed')) fills.reverse()
    return fillsView(request, fills)
  },
  userRateLimit: (venue, request) => {
    const user = userOf(venue, request) ?? createAccount(addressText(request['user'], 'user'))
    return {
      cumVlm: printed(user.volume),
      nRequestsUsed: requestsCounted(user),
      nRequestsCap: Math.min(requestLimit(venue, user), Number.MAX_SAFE_INTEGER),
      nRequestsSurplus: Math.max(0, user.requestsReserved - user.requestsUsed),
    }
  },
  userRole: (venue, request) => {
    const user = addressText(request['user'], 'user')
    const agent = agentAt(venue, user)
    if (agent !== undefined) return { role: 'agent', data: { user: agent.account.address } }
    const account = venue.accounts.get(user)
    if (account === undefined) return { role: 'missing' }
    return account.kind === 'subAccount'
      ? { role: 'subAccount', data: { master: account.leader?.address } }
      : { role: account.kind }
  },
  /** Who leads it; what a vault has earned, and for whom, is not simulated. */
  vaultDetails: (venue, request) => {
    const vault = venue.accounts.get(addressText(request['vaultAddress'], 'vaultAddress'))
    if (vault?.kind !== 'vault' || vault.leader === undefined) return null
    return { name: vault.name, vaultAddress: vault.address, leader: vault.leader.address, isClosed: false }
  },
  extraAgents: (venue, request) => {
    const user = userOf(venue, request)
    if (user === undefined) return []
    return agentsOf(venue, user)
      .filter((agent) => agent.name !== '')
      .map(({ address, name, validUntil }) => ({ address, name, validUntil }))
  },
  subAccounts: (venue, request) => {
    const user = userOf(venue, request)
    if (user === undefined || user.subAccounts.length === 0) return null
    const [first] = venue.dexes
    return user.subAccounts.map((account) => ({
      name: account.name,
      subAccountUser: account.address,
      master: user.address,
      ...(first === undefined ? {} : { clearinghouseState: clearinghouseView(account, first, venue.now()) }),
      spotState: spotView(account, TOKENS),
    }))
  },
  userAbstraction: (venue, request) => userOf(venue, request)?.mode ?? 'default',
  userFees: (_venue, request) => {
    addressText(request['user'], 'user')
    return {
      dailyUserVlm: [],
      userCrossRate: printed(TAKER_RATE),
      userAddRate: printed(MAKER_RATE),
      activeReferralDiscount: '0.0',
    }
  },
  maxBuilderFee: (venue, request) =>
    userOf(venue, request)?.builders.get(addressText(request['builder'], 'builder')) ?? 0,
  activeAssetData: (venue, request) =>
    activeAssetView(userOf(venue, request), addressText(request['user'], 'user'), marketNamed(venue, request)),
}

function userOf(venue: Venue, request: Fields): SimAccount | undefined {
  return venue.accounts.get(addressText(request['user'], 'user'))
}

function ordersOf(venue: Venue, request: Fields): ReturnType<typeof openOrdersOf> {
  return openOrdersOf(userOf(venue, request), dexNamed(venue, request).spec.name)
}

/** Fills as the venue serves them, merged when it is asked for. */
function fillsView(request: Fields, fills: readonly Fill[]): Json {
  const isMerged = optional(request['aggregateByTime'], flag, 'aggregateByTime') === true
  return (isMerged ? mergedFills(fills) : fills).slice(0, MAX_ROWS).map(fillView)
}

/** What the account can still trade: reducing its position frees that position's margin. */
export function activeAssetView(account: SimAccount | undefined, user: string, market: SimMarket): Json {
  const slot = account?.slots.get(market.assetId) ?? emptySlot(market)
  const free = account === undefined ? ZERO : max(available(account, market), ZERO)
  const sizes = [true, false].map((isBuy) => {
    const reducible = slot.size.gt(ZERO) === isBuy ? ZERO : slot.size.abs()
    return floorSize(free.times(slot.leverage).div(market.mark).plus(reducible), market.szDecimals)
  })
  return {
    user,
    coin: market.name,
    leverage: leverageView(slot),
    maxTradeSzs: sizes.map(printed),
    availableToTrade: sizes.map((size) => printed(size.times(market.mark).div(slot.leverage).round(6))),
    markPx: printed(market.mark),
  }
}
