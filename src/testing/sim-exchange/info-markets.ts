/**
 * Questions about dexes, markets and prices. Those with a `dex` answer for the validator dex when it is left out.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 */
import { type Decimal, ZERO } from '../../model/decimal.js'
import type { Fields } from './decode.js'
import { text, Undecodable } from './decode.js'
import { printed } from './numbers.js'
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

/** @throws {Undecodable} when levels are to be merged, which this exchange does not do */
export function refuseBookGrouping(request: Fields): void {
  for (const key of ['nSigFigs', 'mantissa']) {
    if (request[key] !== undefined && request[key] !== null) {
      throw new Undecodable(`${key}: not implemented by this simulated exchange`)
    }
  }
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
  l2Book: (venue, request) => {
    refuseBookGrouping(request)
    return bookView(marketNamed(venue, request), venue.now(), BOOK_DEPTH)
  },
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
  perpsAtOpenInterestCap: (venue, request) =>
    dexNamed(venue, request)
      .markets.filter((market) => market.openInterestCap?.lte(openInterestValue(market)))
      .map((market) => market.name),
  maxMarketOrderNtls: () => [
    [25, '30000000.0'],
    [20, '5000000.0'],
    [10, '2000000.0'],
    [1, '500000.0'],
  ],
}

const openInterestValue = (market: SimMarket): Decimal => market.openInterest.times(market.mark)

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

/** Tiered tables have ids from 50; an id below that is the leverage itself and is not listed. */
const MARGIN_TABLES: readonly (readonly [
  id: number,
  description: string,
  tiers: readonly (readonly [string, number])[],
])[] = [
  [50, '', [['0.0', 50]]],
  [
    51,
    'tiered 10x',
    [
      ['0.0', 10],
      ['3000000.0', 5],
    ],
  ],
  [
    52,
    'tiered 10x (2)',
    [
      ['0.0', 10],
      ['20000000.0', 5],
    ],
  ],
  [
    53,
    'tiered 20x',
    [
      ['0.0', 20],
      ['40000000.0', 10],
    ],
  ],
  [
    54,
    'tiered 20x (2)',
    [
      ['0.0', 20],
      ['70000000.0', 10],
    ],
  ],
  [
    55,
    'tiered 25x',
    [
      ['0.0', 25],
      ['100000000.0', 15],
    ],
  ],
  [
    56,
    'tiered 40x',
    [
      ['0.0', 40],
      ['150000000.0', 20],
    ],
  ],
]

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
    marginTables: MARGIN_TABLES.filter(([id]) => index === 0 || id === 50).map(([id, description, tiers]) => [
      id,
      { description, marginTiers: tiers.map(([lowerBound, maxLeverage]) => ({ lowerBound, maxLeverage })) },
    ]),
    collateralToken: spec.collateralToken,
  }
}
