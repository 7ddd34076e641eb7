/**
 * Questions about dexes, markets and prices. Those with a `dex` answer for the validator dex when it is left out.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 */
import { ZERO } from '../../model/decimal.js'
import { bookGrouping } from './book-grouping.js'
import type { Fields } from './decode.js'
import { text, Undecodable } from './decode.js'
import { MARGIN_TABLES } from './margin-tables.js'
import { printed } from './numbers.js'
import { isAtCap } from './open-interest.js'
import { MARKET_ORDER_VALUES } from './order-limits.js'
import type { Dex, SimMarket, Venue } from './state.js'
import { bookView, contextView, type Json, midOf } from './views.js'

export type InfoHandler = (venue: Venue, request: Fields) => Json

/** @throws {Undecodable} when there is no such dex */
export function dexNamed(venue: Venue, request: Fields): Dex {
  const name = request['dex'] === undefined || request['dex'] === null ? '' : text(request['dex'], 'dex')
  const dex = venue.dexes.find((one) => one.spec.name === name)
  if (dex === undefined) throw new Undecodable(`dex: no dex named ${JSON.stringify(name.slice(0, 32))}`)
  return dex
}

/** @throws {Undecodable} when there is no such market */
export function marketNamed(venue: Venue, request: Fields): SimMarket {
  const coin = text(request['coin'], 'coin')
  const market = venue.marketsByName.get(coin)
  if (market === undefined) throw new Undecodable(`coin: no market named ${JSON.stringify(coin.slice(0, 32))}`)
  return market
}

/** Levels per side, as the venue serves them. */
const BOOK_DEPTH = 20

export const marketInfo: { readonly [type: string]: InfoHandler } = {
  exchangeStatus: (venue) => ({ time: venue.now(), specialStatuses: null }),
  perpDexs: (venue) => venue.dexes.map((dex) => (dex.index === 0 ? null : dexView(dex))),
  meta: (venue, request) => metaView(dexNamed(venue, request)),
  allPerpMetas: (venue) => venue.dexes.map(metaView),
  metaAndAssetCtxs: (venue, request) => {
    const dex = dexNamed(venue, request)
    return [metaView(dex), dex.markets.map(contextView)]
  },
  allMids: (venue, request) => midsView(dexNamed(venue, request)),
  l2Book: (venue, request) => bookView(marketNamed(venue, request), venue.now(), BOOK_DEPTH, bookGrouping(request)),
  perpDexLimits: (venue, request) => {
    const dex = dexNamed(venue, request)
    const { totalOpenInterestCap } = dex.spec
    if (totalOpenInterestCap === undefined) return null
    return {
      totalOiCap: printed(ZERO.plus(totalOpenInterestCap)),
      oiSzCapPerPerp: '1000000000.0',
      maxTransferNtl: '150000000.0',
      coinToOiCap: capsView(dex),
    }
  },
  perpsAtOpenInterestCap: (venue, request) => openInterestCapped(dexNamed(venue, request)),
  maxMarketOrderNtls: () => MARKET_ORDER_VALUES.map(([leverage, value]) => [leverage, printed(value)]),
}

export function openInterestCapped(dex: Dex): string[] {
  return dex.markets.filter(isAtCap).map((market) => market.name)
}

export function midsView(dex: Dex): Json {
  const mids: Record<string, string> = {}
  for (const market of dex.markets) {
    if (!market.isDelisted) mids[market.name] = printed(midOf(market) ?? market.mark)
  }
  return mids
}

/** Alphabetical, as on the venue, where this order has sent more than one client to the wrong market. */
function capsView(dex: Dex): Json[] {
  return dex.markets
    .flatMap((market): Json[][] => (market.openInterestCap ? [[market.name, printed(market.openInterestCap)]] : []))
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function dexView({ spec, markets }: Dex): Json {
  return {
    name: spec.name,
    fullName: spec.fullName,
    deployer: spec.deployer,
    oracleUpdater: spec.oracleUpdater,
    feeRecipient: spec.feeRecipient,
    assetToStreamingOiCap: capsView({ spec, markets, index: 0 }),
    subDeployers: [],
    deployerFeeScale: printed(ZERO.plus(spec.feeScale ?? '1')),
    lastDeployerFeeScaleChangeTime: '1970-01-01T00:00:00',
    assetToFundingMultiplier: [],
    assetToFundingInterestRate: [],
  }
}

function metaView({ spec, markets, index }: Dex): Json {
  return {
    universe: markets.map((market) => ({
      szDecimals: market.szDecimals,
      name: market.name,
      maxLeverage: market.maxLeverage,
      marginTableId: market.marginTableId,
      ...(market.marginMode === 'cross' ? {} : { onlyIsolated: true }),
      ...(market.isDelisted ? { isDelisted: true } : {}),
      ...(market.marginMode === 'cross' ? {} : { marginMode: market.marginMode }),
      ...(market.growthMode ? { growthMode: 'enabled' } : {}),
    })),
    marginTables: [...MARGIN_TABLES]
      .filter(([id]) => index === 0 || id === 50)
      .map(([id, { description, tiers }]) => [
        id,
        { description, marginTiers: tiers.map(([lowerBound, maxLeverage]) => ({ lowerBound, maxLeverage })) },
      ]),
    collateralToken: spec.collateralToken,
  }
}
