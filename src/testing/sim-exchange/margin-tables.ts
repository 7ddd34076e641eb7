/**
 * How the leverage a position may have falls as it grows. Mainnet's tables.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margin-tiers
 */
import { type Decimal, decimal } from '../../model/decimal.js'
import type { SimMarket } from './state.js'

type Tier = readonly [lowerBound: string, maxLeverage: number]
type MarginTable = { readonly description: string; readonly tiers: readonly Tier[] }

const tiered = (description: string, full: number, bound: string, above: number): MarginTable => ({
  description,
  tiers: [
    ['0.0', full],
    [bound, above],
  ],
})

/** Tiered tables have ids from 50; an id below that is the leverage itself, at any size, and is not listed. */
export const MARGIN_TABLES: ReadonlyMap<number, MarginTable> = new Map([
  [50, { description: '', tiers: [['0.0', 50]] }],
  [51, tiered('tiered 10x', 10, '3000000.0', 5)],
  [52, tiered('tiered 10x (2)', 10, '20000000.0', 5)],
  [53, tiered('tiered 20x', 20, '40000000.0', 10)],
  [54, tiered('tiered 20x (2)', 20, '70000000.0', 10)],
  [55, tiered('tiered 25x', 25, '100000000.0', 15)],
  [56, tiered('tiered 40x', 40, '150000000.0', 20)],
])

/** The value up to which a position may have this leverage; none when any may. */
export function tierLimit(market: Pick<SimMarket, 'marginTableId'>, leverage: number): Decimal | undefined {
  const tier = MARGIN_TABLES.get(market.marginTableId)?.tiers.find(([, maxLeverage]) => maxLeverage < leverage)
  return tier === undefined ? undefined : decimal(tier[0], 'lowerBound')
}
