/**
 * What can be subscribed to: how the venue reads a subscription, what it sends at once, and how often.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
 */
import { type AccountFeedType, accountFeeds } from './account-feeds.js'
import { bookGrouping } from './book-grouping.js'
import { addressText, type Fields, flag, optional, text, Undecodable } from './decode.js'
import { dexNamed, marketNamed, midsView } from './info-markets.js'
import { mergedFills } from './merged-fills.js'
import type { Dex, SimAccount, SimMarket, Venue } from './state.js'
import {
  bboView,
  bookView,
  clearinghouseView,
  contextView,
  fillView,
  type Json,
  openOrdersOf,
  orderView,
  tradeView,
} from './views.js'

export type FeedType =
  | 'orderUpdates'
  | 'userFills'
  | 'userEvents'
  | 'clearinghouseState'
  | 'openOrders'
  | 'bbo'
  | 'activeAssetCtx'
  | 'l2Book'
  | 'trades'
  | 'allMids'
  | AccountFeedType

/** A subscription in the venue's spelling: addresses in lower case, defaults filled in. */
export type Normalised = { readonly type: FeedType; readonly [key: string]: Json }

export type Feed = {
  readonly channel: string
  /** @throws {Undecodable} when the subscription names what does not exist */
  normalise(venue: Venue, request: Fields): Omit<Normalised, 'type'>
  /** The whole state of the feed: sent on subscribing and, by feeds of state, on every change. */
  state?(venue: Venue, subscription: Normalised): Json | undefined
}

const FILLS_IN_SNAPSHOT = 2_000
const TRADES_IN_SNAPSHOT = 30
const FULL_DEPTH = 20
const FAST_DEPTH = 5

export const feeds: { readonly [T in FeedType]: Feed } = {
  orderUpdates: { channel: 'orderUpdates', normalise: byUser },
  userFills: {
    channel: 'userFills',
    normalise: (_venue, request) => {
      const aggregateByTime = optional(request['aggregateByTime'], flag, 'aggregateByTime') ?? false
      return { user: addressText(request['user'], 'user'), aggregateByTime }
    },
    state: (venue, { user, aggregateByTime }) => {
      const fills = accountNamed(venue, user)?.fills.newest(FILLS_IN_SNAPSHOT) ?? []
      return { isSnapshot: true, user, fills: (aggregateByTime === true ? mergedFills(fills) : fills).map(fillView) }
    },
  },
  userEvents: { channel: 'user', normalise: byUser },
  clearinghouseState: {
    channel: 'clearinghouseState',
    normalise: byUserAndDex,
    state: (venue, { user, dex }) => ({
      dex,
      user,
      clearinghouseState: clearinghouseView(accountNamed(venue, user), dexOfFeed(venue, dex), venue.now()),
    }),
  },
  openOrders: {
    channel: 'openOrders',
    normalise: byUserAndDex,
    state: (venue, { user, dex }) => ({
      dex,
      user,
      orders: openOrdersOf(accountNamed(venue, user), String(dex)).map((order) => orderView(order)),
    }),
  },
  bbo: {
    channel: 'bbo',
    normalise: byCoin,
    state: (venue, { coin }) => bboView(marketOfFeed(venue, coin), venue.now()),
  },
  activeAssetCtx: {
    channel: 'activeAssetCtx',
    normalise: byCoin,
    state: (venue, { coin }) => ({ coin, ctx: contextView(marketOfFeed(venue, coin)) }),
  },
  l2Book: {
    channel: 'l2Book',
    normalise: (venue, request) => ({
      ...byCoin(venue, request),
      ...bookGrouping(request),
      fast: optional(request['fast'], flag, 'fast') ?? false,
    }),
    state: (venue, subscription) => {
      const { coin, fast } = subscription
      const depth = fast === true ? FAST_DEPTH : FULL_DEPTH
      return bookView(marketOfFeed(venue, coin), venue.now(), depth, bookGrouping(subscription))
    },
  },
  trades: {
    channel: 'trades',
    normalise: byCoin,
    state: (venue, { coin }) => {
      const recent = marketOfFeed(venue, coin).trades.newest(TRADES_IN_SNAPSHOT)
      return recent.length === 0 ? undefined : recent.map(tradeView)
    },
  },
  allMids: {
    channel: 'allMids',
    normalise: (venue, request) => ({ dex: dexNamed(venue, request).spec.name }),
    // The validator dex goes without a name: clients tell the mids of one dex from another's by it.
    state: (venue, { dex }) => ({ ...(dex === '' ? {} : { dex }), mids: midsView(dexOfFeed(venue, dex)) }),
  },
  ...accountFeeds,
}

/** @throws {Undecodable} when there is no such type */
export function feedType(request: Fields): FeedType {
  const type = text(request['type'], 'subscription.type')
  if (!Object.hasOwn(feeds, type)) throw new Undecodable(`subscription.type: unknown variant \`${type.slice(0, 64)}\``)
  return type as FeedType
}

function byUser(_venue: Venue, request: Fields): { user: string } {
  return { user: addressText(request['user'], 'user') }
}

function byUserAndDex(venue: Venue, request: Fields): { user: string; dex: string } {
  return { ...byUser(venue, request), dex: dexNamed(venue, request).spec.name }
}

function byCoin(venue: Venue, request: Fields): { coin: string } {
  return { coin: marketNamed(venue, request).name }
}

function accountNamed(venue: Venue, user: Json | undefined): SimAccount | undefined {
  return venue.accounts.get(addressText(user, 'user'))
}

function marketOfFeed(venue: Venue, coin: Json | undefined): SimMarket {
  return marketNamed(venue, { coin })
}

function dexOfFeed(venue: Venue, dex: Json | undefined): Dex {
  return dexNamed(venue, { dex })
}
