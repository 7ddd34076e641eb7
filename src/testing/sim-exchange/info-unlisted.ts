/**
 * Questions about products that this exchange does not list: spot pairs and outcomes. Clients ask them when they
 * start, whatever they trade afterwards, and would not start on a refusal; that there are none is the whole truth.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/spot
 */
import type { InfoHandler } from './info-markets.js'
import { TOKENS } from './universe-tokens.js'
import type { Json } from './views.js'

export const unlistedInfo: { readonly [type: string]: InfoHandler } = {
  spotMeta: () => spotMetaView(),
  spotMetaAndAssetCtxs: () => [spotMetaView(), []],
  outcomeMeta: () => ({ outcomes: [], questions: [] }),
}

/** The tokens that dexes collect, and no pair of them. */
function spotMetaView(): Json {
  return {
    tokens: TOKENS.map(({ name, index, szDecimals, weiDecimals }) => ({
      name,
      szDecimals,
      weiDecimals,
      index,
      tokenId: `0x${index.toString(16).padStart(32, '0')}`,
      isCanonical: index === 0,
      evmContract: null,
      fullName: null,
    })),
    universe: [],
  }
}
