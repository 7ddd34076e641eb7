/** The standard list: the gates of the original system, in its strict order. */
import type { DecimalInput } from '../../model/decimal.js'
import type { Gate } from '../risk-gates.js'
import { type BlackoutWindow, blackoutGate } from './blackout.js'
import { actionBudgetGate } from './budget.js'
import { type CorrelationPositionOptions, correlationPositionGate } from './correlation.js'
import {
  bboAgeGate,
  contextAgeGate,
  markMidDivergenceGate,
  openInterestCapGate,
  type SpreadShockOptions,
  spreadShockGate,
  timeRegressionGate,
  twoSidedBookGate,
} from './market.js'
import { maxConcurrentPositionsGate, maxPositionPerMarketGate, maxPositionTotalGate } from './position-limits.js'
import {
  type BurstSignalOptions,
  burstSignalGate,
  type CorrelationCooldownOptions,
  correlationCooldownGate,
  type MaxDrawdownOptions,
  maxDrawdownGate,
  type ReEntryDelayOptions,
  reEntryDelayGate,
  type TiltGuardOptions,
  tiltGuardGate,
} from './session.js'
import { flattenInProgressGate, hasPositionGate, pendingOrderGate } from './single-entry.js'
import { accountShareGate, maxOrderNotionalGate } from './sizing.js'

export type StandardGatesOptions = {
  /** Notional a market may hold, pending orders included, in units of quote. */
  readonly maxNotionalPerMarket: DecimalInput
  /** Notional of all markets together. */
  readonly maxNotionalTotal: DecimalInput
  /** One entry per market at a time (steps 6 to 8). Default: true. Turn off to add to positions or to quote several levels. */
  readonly singleEntry?: boolean | undefined
  /** What one order may be worth. Default: no limit. */
  readonly maxOrderNotional?: DecimalInput | undefined
  /** The part of the account's value on its dex that a market may hold, such as `0.1`. Default: no such limit. */
  readonly maxAccountShare?: DecimalInput | undefined
  /** Gates on what the market looks like. Default: off; `{}` takes their defaults. */
  readonly market?: MarketGatesOptions | undefined
  /** Step 1b. Default: off, as are the four that follow; `{}` takes their defaults. */
  readonly maxDrawdown?: MaxDrawdownOptions | undefined
  /** Step 1c. */
  readonly correlationCooldown?: CorrelationCooldownOptions | undefined
  /** Step 1d. */
  readonly burstSignal?: BurstSignalOptions | undefined
  /** Step 1e. */
  readonly tiltGuard?: TiltGuardOptions | undefined
  /** Step 1f. */
  readonly reEntryDelay?: ReEntryDelayOptions | undefined
} & (
  | {
      /** Markets with a position or a pending entry. */
      readonly maxConcurrentPositions: number
      readonly correlationPosition?: undefined
    }
  | {
      /** Instead of `maxConcurrentPositions`. */
      readonly correlationPosition: CorrelationPositionOptions
      readonly maxConcurrentPositions?: undefined
    }
)

export type MarketGatesOptions = {
  /** Default: 2000. As every gate here, `false` turns it off. */
  readonly maxBboAgeMs?: number | false | undefined
  /** Default: 8000. */
  readonly maxContextAgeMs?: number | false | undefined
  /** Default: true. */
  readonly timeRegression?: boolean | undefined
  /** Default: 50. */
  readonly maxMarkMidDivergenceBps?: DecimalInput | false | undefined
  readonly spreadShock?: SpreadShockOptions | false | undefined
  /** Default: true. */
  readonly openInterestCap?: boolean | undefined
  /** Default: none. */
  readonly blackouts?: readonly BlackoutWindow[] | undefined
}

function marketGates(options: MarketGatesOptions): readonly Gate[] {
  const { maxBboAgeMs, maxContextAgeMs, maxMarkMidDivergenceBps, spreadShock, blackouts = [] } = options
  const ofTheBook = [
    ...(maxBboAgeMs === false ? [] : [bboAgeGate(maxBboAgeMs)]),
    ...(options.timeRegression === false ? [] : [timeRegressionGate()]),
    ...(maxMarkMidDivergenceBps === false ? [] : [markMidDivergenceGate(maxMarkMidDivergenceBps)]),
    ...(spreadShock === false ? [] : [spreadShockGate(spreadShock)]),
  ]
  return [
    ...(ofTheBook.length > 0 ? [twoSidedBookGate(), ...ofTheBook] : []),
    ...(maxContextAgeMs === false ? [] : [contextAgeGate(maxContextAgeMs)]),
    ...(options.openInterestCap === false ? [] : [openInterestCapGate()]),
    ...(blackouts.length > 0 ? [blackoutGate(blackouts)] : []),
  ]
}

/** @throws {TypeError | RangeError} when an option is missing or out of range, naming the field */
export function standardGates(options: StandardGatesOptions): readonly Gate[] {
  const { maxDrawdown, correlationCooldown, burstSignal, tiltGuard, reEntryDelay } = options
  return [
    ...(maxDrawdown === undefined ? [] : [maxDrawdownGate(maxDrawdown)]),
    ...(correlationCooldown === undefined ? [] : [correlationCooldownGate(correlationCooldown)]),
    ...(burstSignal === undefined ? [] : [burstSignalGate(burstSignal)]),
    ...(tiltGuard === undefined ? [] : [tiltGuardGate(tiltGuard)]),
    ...(reEntryDelay === undefined ? [] : [reEntryDelayGate(reEntryDelay)]),
    ...(options.maxOrderNotional === undefined ? [] : [maxOrderNotionalGate(options.maxOrderNotional)]),
    ...(options.market === undefined ? [] : marketGates(options.market)),
    maxPositionPerMarketGate(options.maxNotionalPerMarket),
    ...(options.maxAccountShare === undefined ? [] : [accountShareGate(options.maxAccountShare)]),
    maxPositionTotalGate(options.maxNotionalTotal),
    positionsGate(options),
    ...(options.singleEntry === false ? [] : [flattenInProgressGate(), hasPositionGate(), pendingOrderGate()]),
    actionBudgetGate(),
  ]
}

function positionsGate({ maxConcurrentPositions, correlationPosition }: StandardGatesOptions): Gate {
  if (correlationPosition === undefined) return maxConcurrentPositionsGate(maxConcurrentPositions)
  if (maxConcurrentPositions === undefined) return correlationPositionGate(correlationPosition)
  throw new TypeError('maxConcurrentPositions: expected none beside correlationPosition')
}
