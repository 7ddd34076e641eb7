/** One entry per market at a time: no second bet on the same signal, and none while getting out. */
import { deny, type Gate, PASS } from '../risk-gates.js'

/** Step 6: not while somebody is getting out, from the first request to the last fill. */
export function flattenInProgressGate(): Gate {
  return {
    step: '6',
    id: 'flattenInProgress',
    rule: 'no new order while the market is being closed, or a reduce-only order of it is pending',
    check({ market }, { exposure }) {
      if (exposure.isBeingClosed(market.name)) return deny('FLATTEN_IN_PROGRESS', 'nobody closing', 'being closed')
      const pending = exposure.reduceOnlyOrders(market.name)
      return pending === 0 ? PASS : deny('FLATTEN_IN_PROGRESS', '0', String(pending))
    },
  }
}

/** Step 7: not on top of a position. */
export function hasPositionGate(): Gate {
  return {
    step: '7',
    id: 'hasPosition',
    entriesOnly: true,
    rule: 'no new order in a market with a position',
    check({ market }, { exposure }) {
      if (!exposure.hasPosition(market.name)) return PASS
      return deny('ALREADY_HAS_POSITION', '0', exposure.positionSize(market.name).toFixed())
    },
  }
}

/** Step 8: not beside another order that may still become a position, unless it takes that order's place. */
export function pendingOrderGate(): Gate {
  return {
    step: '8',
    id: 'pendingOrder',
    entriesOnly: true,
    rule: 'no new order beside another that is not final, but for the one it replaces',
    check({ market, replaces }, { exposure }) {
      const pending = exposure.openOrders(market.name) - (replaces === undefined ? 0 : 1)
      return pending === 0 ? PASS : deny('PENDING_ORDER_EXISTS', '0', String(pending))
    },
  }
}
