/**
 * Markets: what they are called, which number the venue knows them by, and which prices and sizes are legal.
 *
 * The grid is computed from the rule itself: a price is legal when it is an integer, or when it has at most
 * five significant figures and at most 6 − szDecimals decimals. A size has at most szDecimals decimals and no
 * other rule, so a floored close never leaves dust that a close could have taken.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/tick-and-lot-size
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/asset-ids
 */
import { type Decimal, decimal, powerOfTen, ZERO } from './decimal.js'
import { wholeNumber } from './guards.js'

export type Side = 'buy' | 'sell'

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')

/** `cross` may share margin; `noCross` is isolated only; `strictIsolated` is isolated and margin cannot be taken out. */
export type MarginMode = 'cross' | 'noCross' | 'strictIsolated'

/** Everything the executor needs to know of a market. Built by the registry from the venue's own lists, never guessed. */
export type Market = {
  /** Exact name: `dex:COIN` on a builder-deployed dex, `COIN` on the validator dex. Case matters. */
  readonly name: string
  /** The dex part of the name; the empty string is the validator dex. */
  readonly dex: string
  /** The number orders carry. */
  readonly assetId: number
  readonly szDecimals: number
  readonly maxLeverage: number
  readonly marginMode: MarginMode
  /** Index of the dex's collateral in the venue's token list (0 is USDC). */
  readonly collateralToken: number
  readonly isDelisted: boolean
}

const SLOTS_PER_DEX = 10_000
/** Ids from 100,000,000 on are outcomes, not perpetuals. */
const MAX_DEX_INDEX = 9_989

/**
 * The asset id of a perpetual.
 *
 * @param dexIndex position in the raw `perpDexs` answer, where the leading null (the validator dex) counts as 0
 * @param indexInMeta position in that dex's own `meta.universe`, delisted slots counted; never the order of
 *   any list inside `perpDexs`, which is alphabetical
 * @throws {RangeError} when either index is not a whole number in range
 */
export function perpAssetId(dexIndex: number, indexInMeta: number): number {
  wholeNumber(dexIndex, 'dexIndex', 0, MAX_DEX_INDEX)
  wholeNumber(indexInMeta, 'indexInMeta', 0, SLOTS_PER_DEX - 1)
  return dexIndex === 0 ? indexInMeta : 100_000 + dexIndex * SLOTS_PER_DEX + indexInMeta
}

/** The dex a market name belongs to: what stands before the colon, or the empty string. */
export function dexOf(marketName: string): string {
  const colon = marketName.indexOf(':')
  return colon === -1 ? '' : marketName.slice(0, colon)
}

const SIGNIFICANT_FIGURES = 5
const PERP_PRICE_DECIMALS = 6
const ROUND_DOWN = 0
const ROUND_UP = 3

/** How many decimals a price of this magnitude may have on this market; 0 means integers only. */
export function priceDecimals(price: Decimal, szDecimals: number): number {
  return Math.max(0, Math.min(PERP_PRICE_DECIMALS - szDecimals, SIGNIFICANT_FIGURES - 1 - price.e))
}

/** The distance between neighbouring legal prices at this price. Never above 1, since integers are always legal. */
export function tickAt(price: Decimal, szDecimals: number): Decimal {
  return powerOfTen(-priceDecimals(price, szDecimals))
}

/**
 * `passive` never makes a price worse than asked: a buy is rounded down, a sell up.
 * `aggressive` is the opposite, for a marketable order that would rather pay one tick than miss.
 */
export type Rounding = 'passive' | 'aggressive'

/** The nearest legal price in the direction of `rounding`. May be zero for a price below the smallest tick. */
export function roundPrice(price: Decimal, side: Side, szDecimals: number, rounding: Rounding = 'passive'): Decimal {
  const down = (side === 'buy') === (rounding === 'passive')
  return price.round(priceDecimals(price, szDecimals), down ? ROUND_DOWN : ROUND_UP)
}

export function isLegalPrice(price: Decimal, szDecimals: number): boolean {
  return price.gt(ZERO) && price.round(priceDecimals(price, szDecimals), ROUND_DOWN).eq(price)
}

/** The largest legal size not above `size`. May be zero. */
export function floorSize(size: Decimal, szDecimals: number): Decimal {
  return size.round(szDecimals, ROUND_DOWN)
}

export function isLegalSize(size: Decimal, szDecimals: number): boolean {
  return size.gt(ZERO) && floorSize(size, szDecimals).eq(size)
}

/** The venue refuses an order worth less than this many units of quote. Closing a whole position is exempt. */
export const MIN_ORDER_VALUE: Decimal = /* @__PURE__ */ decimal('10', 'MIN_ORDER_VALUE')

/** A limit price may be at most this far from the reference price, either side; otherwise the whole batch dies. */
const PRICE_BAND: Decimal = /* @__PURE__ */ decimal('0.8', 'PRICE_BAND')

/** The lowest and highest price the venue takes around a reference (the mark). */
export function priceBand(reference: Decimal): { readonly low: Decimal; readonly high: Decimal } {
  const reach = reference.times(PRICE_BAND)
  return { low: reference.minus(reach), high: reference.plus(reach) }
}
