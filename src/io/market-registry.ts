/**
 * The markets the executor may trade, as the venue lists them.
 *
 * Ids are computed from the raw list of dexes and each dex's own market list, never from any other order; a name is
 * matched exactly, so `xyz:GOLD` is never `flx:GOLD`. Then the list of all dexes at once, which the venue numbers by itself,
 * must have the same market in the same place. What cannot be verified is refused, all at once and by name.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/asset-ids
 */
import { ExecutorError } from '../errors.js'
import type { Decimal } from '../model/decimal.js'
import { dexOf, type Market, perpAssetId } from '../model/market.js'
import type { Ask, AskOptions } from '../ports.js'
import {
  type InfoRequest,
  type Meta,
  metaRequest,
  parseMeta,
  parseOpenInterestCaps,
  parsePerpDexs,
  perpDexsRequest,
} from '../wire/info.js'
import {
  allPerpMetasRequest,
  type DexMarkets,
  parseAllPerpMetas,
  parseTokenNames,
  spotMetaRequest,
} from '../wire/market-lists.js'

export type MarketRegistry = {
  /** By exact name. */
  get(name: string): Market | undefined
  readonly markets: readonly Market[]
  /** The dexes of these markets; the empty string is the validator dex. */
  readonly dexes: readonly string[]
  /** By dex: what its positions are margined in, such as `USDC`. */
  readonly collaterals: ReadonlyMap<string, string>
  /** By market, in units of collateral. */
  readonly openInterestCaps: ReadonlyMap<string, Decimal>
}

/** What the venue says of each name: a market, or in words why it cannot be traded. */
export type MarketList = {
  readonly found: ReadonlyMap<string, Market | string>
  readonly openInterestCaps: ReadonlyMap<string, Decimal>
}

/** @throws {ExecutorError} when a list of the venue is missing or cannot be read in full */
export async function listMarkets(ask: Ask, names: readonly string[], options: AskOptions = {}): Promise<MarketList> {
  async function read<T>(request: InfoRequest, parse: (answer: unknown) => T | undefined): Promise<T> {
    const parsed = parse(await ask(request, options))
    if (parsed === undefined) throw malformed(request)
    return parsed
  }
  const { dexNames, openInterestCaps } = await read(perpDexsRequest(), (answer) => {
    const dexNames = parsePerpDexs(answer)
    return dexNames && { dexNames, openInterestCaps: parseOpenInterestCaps(answer) }
  })
  const metas = new Map<string, Meta>()
  for (const dex of new Set(names.map(dexOf))) {
    if (dexNames.includes(dex)) metas.set(dex, await read(metaRequest(dex), parseMeta))
  }
  const everywhere = await read(allPerpMetasRequest(), parseAllPerpMetas)
  const found = new Map(names.map((name) => [name, findMarket(name, dexNames, metas, everywhere)]))
  return { found, openInterestCaps }
}

/**
 * Loads and verifies the named markets.
 *
 * @param names exact names such as `xyz:NVDA`
 * @throws {ExecutorError} `UNKNOWN_MARKET` naming every market that cannot be traded, and why
 * @throws {ExecutorError} `MALFORMED_ANSWER` when a list of the venue cannot be read in full
 */
export async function loadMarkets(
  ask: Ask,
  names: readonly string[],
  options: AskOptions = {},
): Promise<MarketRegistry> {
  const { found, openInterestCaps } = await listMarkets(ask, names, options)
  const tokens = parseTokenNames(await ask(spotMetaRequest(), options))
  if (tokens === undefined) throw malformed(spotMetaRequest())
  const markets = new Map<string, Market>()
  const collaterals = new Map<string, string>()
  const problems: string[] = []
  for (const [name, market] of found) {
    const collateral = typeof market === 'string' ? undefined : tokens.get(market.collateralToken)
    if (typeof market === 'string') problems.push(`${name}: ${market}`)
    else if (collateral === undefined) problems.push(`${name}: unknown collateral, token ${market.collateralToken}`)
    else {
      markets.set(name, market)
      collaterals.set(market.dex, collateral)
    }
  }
  if (problems.length > 0) throw new ExecutorError('UNKNOWN_MARKET', problems.join('; '))
  const dexes = [...collaterals.keys()]
  return { get: (name) => markets.get(name), markets: [...markets.values()], dexes, collaterals, openInterestCaps }
}

const malformed = ({ type, dex }: InfoRequest): ExecutorError =>
  new ExecutorError('MALFORMED_ANSWER', `${type}${dex === undefined ? '' : ` of "${dex}"`}: the list cannot be read`)

function findMarket(
  name: string,
  dexNames: readonly (string | null)[],
  metas: ReadonlyMap<string, Meta>,
  everywhere: readonly DexMarkets[],
): Market | string {
  const dex = dexOf(name)
  const dexIndex = dexNames.indexOf(dex)
  const meta = metas.get(dex)
  if (dexIndex === -1 || meta === undefined) return `there is no dex "${dex}"`
  if (dexNames.lastIndexOf(dex) !== dexIndex) return `there is more than one dex "${dex}"`
  const index = meta.universe.findIndex((asset) => asset.name === name)
  const asset = meta.universe[index]
  if (asset === undefined) return `not listed on dex "${dex}"`
  if (meta.universe.some((other, at) => at !== index && other.name === name)) return 'listed more than once'
  const doubt = disagreement(name, meta, everywhere, dexIndex, index)
  if (doubt !== undefined) return `the venue's lists disagree: ${doubt}`
  if (asset.isDelisted) return 'delisted'
  return { ...asset, dex, collateralToken: meta.collateralToken, assetId: perpAssetId(dexIndex, index) }
}

/** What the list of all dexes has in the same place that is not the same, or where else it has the name. */
function disagreement(
  name: string,
  { universe, collateralToken }: Meta,
  everywhere: readonly DexMarkets[],
  dexIndex: number,
  index: number,
): string | undefined {
  const other = everywhere[dexIndex]?.meta
  const mine = { ...universe[index], collateralToken }
  const others = { ...other?.universe[index], collateralToken: other?.collateralToken }
  const fields = ['name', 'szDecimals', 'maxLeverage', 'marginMode', 'isDelisted', 'collateralToken'] as const
  const differing = fields.filter((field) => mine[field] !== others[field])
  if (differing.length > 0) return differing.map((field) => `${field} ${mine[field]} and ${others[field]}`).join(', ')
  const places = everywhere.flatMap(({ names }) => names.filter((one) => one === name)).length
  return places === 1 ? undefined : `${places} markets of this name`
}
