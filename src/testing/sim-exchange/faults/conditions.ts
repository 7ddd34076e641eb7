/**
 * What is wrong with the venue as a whole for the time being. The rules read it; lasting faults write it.
 */
import type { Action } from '../actions.js'
import type { SimMarket } from '../state.js'

export type Conditions = {
  /** How far the venue's clock is ahead. */
  skewMs: number
  /** While any is in it, only post-only orders are taken; each is told of a refusal. */
  readonly postOnly: Set<() => void>
  /** How many faults keep the oracle of a market silent. */
  readonly silentOracles: Map<SimMarket, number>
}

export function createConditions(): Conditions {
  return { skewMs: 0, postOnly: new Set(), silentOracles: new Map() }
}

/** Whether an action is refused while only post-only orders are taken. Tells who ordered it so. */
export function isKeptOut({ postOnly }: Conditions, action: Action): boolean {
  if (postOnly.size === 0 || !mayTake(action)) return false
  for (const tell of postOnly) tell()
  return true
}

/** Whether an action could place an order that takes liquidity. A plain modify only makes post-only orders. */
function mayTake(action: Action): boolean {
  switch (action.type) {
    case 'order':
      return action.orders.some(takes)
    case 'modify':
      return action.a === true && takes(action.order)
    case 'batchModify':
      return action.a === true && action.modifies.some(({ order }) => takes(order))
    default:
      return false
  }
}

const takes = ({ t }: Extract<Action, { type: 'order' }>['orders'][number]): boolean =>
  !('limit' in t && t.limit.tif === 'Alo')
