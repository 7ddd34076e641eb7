/** The standard list: the gates of the original system, in its strict order. */
import type { DecimalInput } from '../../model/decimal.js'
import type { Gate } from '../risk-gates.js'
import { actionBudgetGate } from './budget.js'
import { maxConcurrentPositionsGate, maxPositionPerMarketGate, maxPositionTotalGate } from './position-limits.js'
import { flattenInProgressGate, hasPositionGate, pendingOrderGate } from './single-entry.js'

export type StandardGatesOptions = {
  /** Notional a market may hold, pending orders included, in units of quote. */
  readonly maxNotionalPerMarket: DecimalInput
  /** Notional of all markets together. */
  readonly maxNotionalTotal: DecimalInput
  /** Markets with a position or a pending entry. */
  readonly maxConcurrentPositions: number
  /** One entry per market at a time (steps 6 to 8). Default: true. Turn off to add to positions or to quote several levels. */
  readonly singleEntry?: boolean | undefined
}

/** @throws {RangeError} when a limit is not above zero, naming the field */
export function standardGates(options: StandardGatesOptions): readonly Gate[] {
  return [
    maxPositionPerMarketGate(options.maxNotionalPerMarket),
    maxPositionTotalGate(options.maxNotionalTotal),
    maxConcurrentPositionsGate(options.maxConcurrentPositions),
    ...(options.singleEntry === false ? [] : [flattenInProgressGate(), hasPositionGate(), pendingOrderGate()]),
    actionBudgetGate(),
  ]
}
