/**
 * Setting up a venue from a universe: asset ids by the rule, books around the mids, one house behind them.
 */
import { type Address, address, type Network } from '../../model/account.js'
import { type Decimal, decimal, ZERO } from '../../model/decimal.js'
import { dexOf, perpAssetId } from '../../model/market.js'
import type { Clock } from '../../ports.js'
import { createRandom } from '../seeded.js'
import { createAccount } from './accounts.js'
import { createBook } from './book.js'
import { createConditions } from './faults/conditions.js'
import type { SimLimits } from './limits.js'
import { createNotices } from './notices.js'
import { createOrderArchive } from './order-archive.js'
import { createRing } from './ring.js'
import type { Dex, SimMarket, Venue } from './state.js'
import { createTriggerIndex } from './trigger-index.js'
import type { DexSpec, MarketSpec, Universe } from './universe.js'

/** Whose orders fill the seeded books. */
const HOUSE: Address = '0x00000000000000000000000000000000000000aa'

const TRADES_KEPT = 100
const FUNDINGS_KEPT = 500

type VenueOptions = {
  readonly clock: Clock
  readonly network: Network
  readonly limits: SimLimits
  readonly universe: Universe
  readonly seed: number
  readonly recordLimit: number
  readonly maxOracleDistance: Decimal
  /** Called after something of the venue's own has run, such as a scheduled cancel. */
  readonly onBlock: () => void
}

/** @throws {RangeError} when the universe contradicts itself */
export function createVenue(options: VenueOptions): Venue {
  const { clock, universe, seed, recordLimit, onBlock } = options
  if (universe[0]?.name !== '') throw new RangeError('universe: the first dex must be the validator dex, named ""')
  const dexes: Dex[] = universe.map((spec, index) => ({
    index,
    spec,
    markets: spec.markets.map((market, indexInMeta) => createMarket(spec, index, market, indexInMeta)),
  }))
  const markets = dexes.flatMap((dex) => dex.markets)
  const marketsByName = new Map(markets.map((market) => [market.name, market]))
  if (marketsByName.size !== markets.length) throw new RangeError('universe: two markets have the same name')
  const conditions = createConditions()
  return {
    network: options.network,
    limits: options.limits,
    now: () => clock.now() + conditions.skewMs,
    schedule: (fn, ms) =>
      clock.schedule(
        () => {
          fn()
          onBlock()
        },
        ms,
        { background: true },
      ),
    dexes,
    markets: new Map(markets.map((market) => [market.assetId, market])),
    marketsByName,
    accounts: new Map(),
    agents: new Map(),
    nonces: new Map(),
    orders: createOrderArchive(recordLimit),
    fills: createRing(recordLimit),
    notices: createNotices(),
    random: createRandom(seed),
    maxOracleDistance: options.maxOracleDistance,
    house: createAccount(HOUSE, true),
    conditions,
  }
}

/**
 * Lists one more market at the end of a dex, as a deployer may at any time.
 *
 * @throws {TypeError | RangeError} when the name is taken or belongs to another dex, or a figure is malformed
 */
export function addMarket(venue: Venue, dex: Dex, spec: MarketSpec): SimMarket {
  if (venue.marketsByName.has(spec.name)) throw new RangeError(`market: ${spec.name} is already listed`)
  const market = createMarket(dex.spec, dex.index, spec, dex.markets.length)
  dex.markets.push(market)
  venue.markets.set(market.assetId, market)
  venue.marketsByName.set(market.name, market)
  return market
}

/** A market whose recorded open interest has outgrown its older cap starts with room below it. */
const STARTING_SHARE_OF_CAP = '0.9'

function createMarket(dex: DexSpec, dexIndex: number, spec: MarketSpec, indexInMeta: number): SimMarket {
  const { name } = spec
  if (dexOf(name) !== dex.name) throw new RangeError(`universe: ${name} is listed on the dex "${dex.name}"`)
  address(dex.deployer, `universe.${dex.name}.deployer`)
  const mark = decimal(spec.mark, `${name}.mark`)
  const cap = spec.openInterestCap === undefined ? undefined : decimal(spec.openInterestCap, `${name}.openInterestCap`)
  const recorded = decimal(spec.openInterest, `${name}.openInterest`)
  const isOverCap = cap !== undefined && recorded.times(mark).gte(cap)
  return {
    name,
    dex: dex.name,
    assetId: perpAssetId(dexIndex, indexInMeta),
    indexInMeta,
    szDecimals: spec.szDecimals,
    maxLeverage: spec.maxLeverage,
    marginMode: spec.marginMode,
    marginTableId: spec.marginTableId ?? spec.maxLeverage,
    collateralToken: dex.collateralToken,
    growthMode: spec.growthMode,
    feeScale: dex.feeScale === undefined ? undefined : decimal(dex.feeScale, `${dex.name}.feeScale`),
    openInterestCap: cap,
    openInterestStep: undefined,
    prevDay: decimal(spec.prevDay, `${name}.prevDay`),
    funding: decimal(spec.funding, `${name}.funding`),
    book: createBook(),
    triggers: createTriggerIndex(),
    trades: createRing(TRADES_KEPT),
    fundingRates: createRing(FUNDINGS_KEPT),
    isDelisted: spec.isDelisted,
    isHalted: false,
    mark,
    oracle: decimal(spec.oracle, `${name}.oracle`),
    openInterest: isOverCap ? cap.times(STARTING_SHARE_OF_CAP).div(mark).round(spec.szDecimals) : recorded,
    dayValue: ZERO,
    daySize: ZERO,
  }
}
