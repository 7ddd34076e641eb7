/**
 * The venue's second list of markets, and its list of tokens: what the first list is held against before it is believed.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/spot
 */
import { type InfoRequest, type Meta, parseMeta } from './info.js'
import { integerOf, isObject, stringOf } from './json.js'

export const allPerpMetasRequest = (): InfoRequest => ({ type: 'allPerpMetas' })
export const spotMetaRequest = (): InfoRequest => ({ type: 'spotMeta' })

export type DexMarkets = {
  /** Every name that can be read, also where the list as a whole cannot. */
  readonly names: readonly string[]
  /** Absent when it cannot be read in full, which matters only for a dex that is traded. */
  readonly meta: Meta | undefined
}

/** The markets of all dexes, by dex index. An entry is the list itself, or a pair of the list and its prices. */
export function parseAllPerpMetas(answer: unknown): readonly DexMarkets[] | undefined {
  if (!Array.isArray(answer)) return undefined
  return answer.map((entry: unknown) => {
    const list: unknown = Array.isArray(entry) ? entry[0] : entry
    const universe: unknown = isObject(list) ? list['universe'] : undefined
    const assets: readonly unknown[] = Array.isArray(universe) ? universe : []
    return {
      names: assets.flatMap((asset) => (isObject(asset) && stringOf(asset['name'])) || []),
      meta: parseMeta(list),
    }
  })
}

/** Names of tokens by their number. One that cannot be read is left out, and so is not known. */
export function parseTokenNames(answer: unknown): ReadonlyMap<number, string> | undefined {
  const tokens: unknown = isObject(answer) ? answer['tokens'] : undefined
  if (!Array.isArray(tokens)) return undefined
  return new Map(
    tokens.flatMap((token: unknown): [number, string][] => {
      const [index, name] = isObject(token) ? [integerOf(token['index']), stringOf(token['name'])] : []
      return index !== undefined && name ? [[index, name]] : []
    }),
  )
}
