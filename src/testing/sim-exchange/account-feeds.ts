/**
 * The feeds about a whole account, or about all dexes at once.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
 */

import { agentsOf } from './agents.js'
import { addressText, flag, optional } from './decode.js'
import { marketNamed, openInterestCapped } from './info-markets.js'
import { activeAssetView } from './info-users.js'
import type { SimAccount, Venue } from './state.js'
import type { Feed } from './subscriptions.js'
import { TOKENS } from './universe-tokens.js'
import { clearinghouseView, contextView, fundingView, type Json, orderHistoryView, spotView } from './views.js'

export type AccountFeedType =
  | 'activeAssetData'
  | 'allDexsAssetCtxs'
  | 'allDexsClearinghouseState'
  | 'notification'
  | 'spotState'
  | 'userFundings'
  | 'userHistoricalOrders'
  | 'webData3'

const HISTORY_IN_SNAPSHOT = 2_000

const byUser: Feed['normalise'] = (_venue, request) => ({ user: addressText(request['user'], 'user') })
const accountOf = (venue: Venue, user: Json | undefined): SimAccount | undefined =>
  venue.accounts.get(addressText(user, 'user'))

export const accountFeeds: { readonly [T in AccountFeedType]: Feed } = {
  activeAssetData: {
    channel: 'activeAssetData',
    normalise: (venue, request) => ({
      user: addressText(request['user'], 'user'),
      coin: marketNamed(venue, request).name,
    }),
    state: (venue, { user, coin }) =>
      activeAssetView(accountOf(venue, user), String(user), marketNamed(venue, { coin })),
  },
  allDexsAssetCtxs: {
    channel: 'allDexsAssetCtxs',
    normalise: () => ({}),
    state: (venue) => ({ ctxs: venue.dexes.map(({ spec, markets }) => [spec.name, markets.map(contextView)]) }),
  },
  allDexsClearinghouseState: {
    channel: 'allDexsClearinghouseState',
    normalise: byUser,
    state: (venue, { user }) => ({
      user,
      clearinghouseStates: venue.dexes.map((dex) => [
        dex.spec.name,
        clearinghouseView(accountOf(venue, user), dex, venue.now()),
      ]),
    }),
  },
  // This exchange has nothing to notify anybody of.
  notification: { channel: 'notification', normalise: byUser },
  spotState: {
    channel: 'spotState',
    normalise: (venue, request) => ({
      ...byUser(venue, request),
      isPortfolioMargin: optional(request['isPortfolioMargin'], flag, 'isPortfolioMargin') ?? false,
    }),
    state: (venue, { user }) => ({ user, spotState: spotView(accountOf(venue, user), TOKENS) }),
  },
  userFundings: {
    channel: 'userFundings',
    normalise: byUser,
    state: (venue, { user }) => ({
      isSnapshot: true,
      user,
      fundings: accountOf(venue, user)?.fundings.all().map(fundingView) ?? [],
    }),
  },
  userHistoricalOrders: {
    channel: 'userHistoricalOrders',
    normalise: byUser,
    state: (venue, { user }) => ({
      isSnapshot: true,
      user,
      orderHistory: accountOf(venue, user)?.history.newest(HISTORY_IN_SNAPSHOT).map(orderHistoryView) ?? [],
    }),
  },
  webData3: {
    channel: 'webData3',
    normalise: byUser,
    state: (venue, { user }) => {
      const account = accountOf(venue, user)
      const agent = account && agentsOf(venue, account).find(({ name }) => name === '')
      return {
        userState: {
          agentAddress: agent?.address ?? null,
          agentValidUntil: agent?.validUntil ?? null,
          cumLedger: '0.0',
          serverTime: venue.now(),
          isVault: account?.kind === 'vault',
          user,
          ...(account === undefined ? {} : { abstraction: account.mode }),
        },
        perpDexStates: venue.dexes.map((dex) => ({
          totalVaultEquity: '0.0',
          perpsAtOpenInterestCap: openInterestCapped(dex),
        })),
      }
    },
  },
}
