/**
 * The markets the executor may trade, as the venue lists them.
 *
 * Ids are computed from the raw list of dexes and each dex's own market list, never from any other order; a name is
 * matched exactly, so `xyz:GOLD` is never `flx:GOLD`. What cannot be verified is refused, all at once and by name.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/asset-ids
 */
import { ExecutorError } from '../errors.js'
import type { Decimal } from '../model/decimal.js'
import { dexOf, type Market, perpAssetId } from '../model/market.js'
import type { Ask, AskOptions } from '../ports.js'
import {
  type Meta,
  metaRequest,
  parseMeta,
  parseOpenInterestCaps,
  parsePerpDexs,
  perpDexsRequest,
} from '../wire/info.js'

export type MarketRegistry = {
  /** By exact name. */
  get(name: string): Market | undefined
  readonly markets: readonly Market[]
  /** The dexes of these markets; the empty string is the validator dex. */
  readonly dexes: readonly string[]
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
  const answer = await ask(perpDexsRequest(), options)
  const dexNames = parsePerpDexs(answer)
  if (dexNames === undefined) throw new ExecutorError('MALFORMED_ANSWER', 'perpDexs: the list of dexes cannot be read')
  const found = new Map<string, Market | string>()
  for (const dex of new Set(names.map(dexOf))) {
    const ours = names.filter((name) => dexOf(name) === dex)
    const dexIndex = dexNames.indexOf(dex)
    if (dexIndex === -1 || dexNames.lastIndexOf(dex) !== dexIndex) {
      for (const name of ours) found.set(name, `there is ${dexIndex === -1 ? 'no' : 'more than one'} dex "${dex}"`)
      continue
    }
    const meta = parseMeta(await ask(metaRequest(dex), options))
    if (meta === undefined)
      throw new ExecutorError('MALFORMED_ANSWER', `meta of "${dex}": the market list cannot be read`)
    for (const name of ours) found.set(name, findMarket(name, dex, dexIndex, meta))
  }
  return { found, openInterestCaps: parseOpenInterestCaps(answer) }
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
  const markets = new Map<string, Market>()
  const problems: string[] = []
  for (const [name, market] of found) {
    if (typeof market === 'string') problems.push(`${name}: ${market}`)
    else markets.set(name, market)
  }
  if (problems.length > 0) throw new ExecutorError('UNKNOWN_MARKET', problems.join('; '))
  const dexes = [...new Set(names.map(dexOf))]
  return { get: (name) => markets.get(name), markets: [...markets.values()], dexes, openInterestCaps }
}

function findMarket(name: string, dex: string, dexIndex: number, { universe, collateralToken }: Meta): Market | string {
  const index = universe.findIndex((asset) => asset.name === name)
  const asset = universe[index]
  if (asset === undefined) return `not listed on dex "${dex}"`
  if (universe.some((other, at) => at !== index && other.name === name)) return 'listed more than once'
  if (asset.isDelisted) return 'delisted'
  return { ...asset, dex, collateralToken, assetId: perpAssetId(dexIndex, index) }
}
