/**
 * What a simulated exchange lists: dexes and their markets, as plain data. The default is mainnet's.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/asset-ids
 */
import type { MarginMode } from '../../model/market.js'
import { FLX, HYNA, VNTL } from './universe-builders.js'
import { VALIDATOR } from './universe-validator.js'
import { XYZ } from './universe-xyz.js'

export type MarketSpec = {
  /** `dex:COIN`, or `COIN` on the validator dex. */
  readonly name: string
  readonly szDecimals: number
  readonly maxLeverage: number
  readonly marginMode: MarginMode
  /** Defaults to the maximum leverage, the venue's id for an untiered table. */
  readonly marginTableId?: number | undefined
  /** Growth mode cuts fees to a tenth. */
  readonly growthMode: boolean
  readonly isDelisted: boolean
  /** Decimal strings, all of them. */
  readonly mark: string
  readonly oracle: string
  /** The middle of the seeded book. */
  readonly mid: string
  readonly prevDay: string
  readonly openInterest: string
  readonly funding: string
  /** In units of collateral; absent when the dex sets none. */
  readonly openInterestCap?: string | undefined
}

export type DexSpec = {
  /** The prefix of its market names; the empty string is the validator dex. */
  readonly name: string
  readonly fullName: string
  readonly deployer: string
  readonly oracleUpdater: string | null
  readonly feeRecipient: string | null
  /** Number of the collateral in the token list: 0 is USDC. */
  readonly collateralToken: number
  /** The deployer's share of fees; absent on the validator dex. */
  readonly feeScale?: string | undefined
  readonly totalOpenInterestCap?: string | undefined
  /** In meta order, which gives the asset ids. Delisted markets keep their slot. */
  readonly markets: readonly MarketSpec[]
}

/** Dexes in the order of `perpDexs`; the first must be the validator dex. */
export type Universe = readonly DexSpec[]

/** Mainnet in small: the validator dex, `xyz` in full, and three more builder dexes with other collaterals. */
export const MAINNET_UNIVERSE: Universe = [VALIDATOR, XYZ, FLX, VNTL, HYNA]
