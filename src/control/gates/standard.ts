/** The standard list: the gates of the original system, in its strict order. */
import type { DecimalInput } from '../../model/decimal.js'
import type { Gate } from '../risk-gates.js'
import { actionBudgetGate } from './budget.js'
import { type CorrelationPositionOptions, correlationPositionGate } from './correlation.js'
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

export type StandardGatesOptions = {
  /** Notional a market may hold, pending orders included, in units of quote. */
  readonly maxNotionalPerMarket: DecimalInput
  /** Notional of all markets together. */
  readonly maxNotionalTotal: DecimalInput
  /** One entry per market at a time (steps 6 to 8). Default: true. Turn off to add to positions or to quote several levels. */
  readonly singleEntry?: boolean | undefined
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

/** @throws {TypeError | RangeError} when an option is missing or out of range, naming the field */
export function standardGates(options: StandardGatesOptions): readonly Gate[] {
  const { maxDrawdown, correlationCooldown, burstSignal, tiltGuard, reEntryDelay } = options
  return [
    ...(maxDrawdown === undefined ? [] : [maxDrawdownGate(maxDrawdown)]),
    ...(correlationCooldown === undefined ? [] : [correlationCooldownGate(correlationCooldown)]),
    ...(burstSignal === undefined ? [] : [burstSignalGate(burstSignal)]),
    ...(tiltGuard === undefined ? [] : [tiltGuardGate(tiltGuard)]),
    ...(reEntryDelay === undefined ? [] : [reEntryDelayGate(reEntryDelay)]),
    maxPositionPerMarketGate(options.maxNotionalPerMarket),
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
