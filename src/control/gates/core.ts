/** The gates that no configuration can leave out. */
import { positiveMs } from '../../model/guards.js'
import { priceBand } from '../../model/market.js'
import type { DeniedReason } from '../../model/reasons.js'
import type { Condition, MarketCondition, Missing } from '../readiness.js'
import { deny, denyWithoutMark, type Gate, PASS } from '../risk-gates.js'

/** Step 1: the kill switch comes before everything. */
export function hardStopGate(): Gate {
  return {
    step: '1',
    id: 'hardStop',
    rule: 'no new order while the kill switch is on',
    check(_order, { hardStop: { state } }) {
      return state.triggered ? deny('HARD_STOP', 'not triggered', `${state.cause}: ${state.reason}`) : PASS
    },
  }
}

/** Step 1a: the same for one market. */
export function haltGate(): Gate {
  return {
    step: '1a',
    id: 'halt',
    rule: 'no new order in a market that is halted',
    check({ market }, { halts }) {
      const halt = halts.get(market.name)
      if (halt === undefined) return PASS
      const end = halt.untilMs === undefined ? 'somebody resumes' : `${halt.untilMs} (Unix ms)`
      return deny('HALTED', 'not halted', `${halt.reason}, until ${end}`)
    },
  }
}

/**
 * Step 2: nothing new before connection, registry, feeds and account agree. Where only the account is missing, our books
 * are being compared with the venue's, or differ from them: that is told apart, because it is about what we hold.
 */
export function readyGate(): Gate {
  return {
    step: '2',
    id: 'ready',
    rule: 'no new order before the executor is ready',
    check({ market }, { readiness }) {
      const { missing: ofAll } = readiness.state
      const own = readiness.missingIn(market.name)
      if (ofAll.length === 0 && own.length === 0) return PASS
      const missing = [...ofAll, ...own].filter(({ condition }) => !HAS_A_GATE.has(condition))
      if (missing.length === 0) return PASS
      const value = missing.map(({ condition, detail }) => `${condition}: ${detail}`).join('; ')
      return deny(reasonOf(missing), 'ready', value)
    },
  }
}

/** What a gate further on denies with a reason of its own. */
const HAS_A_GATE: ReadonlySet<Condition | MarketCondition> = /* @__PURE__ */ new Set([
  ...(['limits', 'unchanged', 'prices'] as const),
])

/** What stands alone in the way has a reason of its own. */
function reasonOf(missing: readonly Missing[]): DeniedReason {
  const isAlone = (wanted: Condition): boolean => missing.every(({ condition }) => condition === wanted)
  if (isAlone('account')) return 'RECONCILING'
  return isAlone('journal') ? 'JOURNAL_FAILED' : 'NOT_READY'
}

/** Step 2b: a price the venue refuses would take the whole batch with it. */
export function priceBandGate(): Gate {
  return {
    step: '2b',
    id: 'priceBand',
    rule: 'limit price within 80% of a mark that is not stale',
    check({ market, price }, { mark, marketData }) {
      if (mark === undefined) return denyWithoutMark(market.name, marketData)
      const { low, high } = priceBand(mark)
      if (price.gte(low) && price.lte(high)) return PASS
      return deny('PRICE_OUT_OF_BAND', `${low.toFixed()} to ${high.toFixed()}`, price.toFixed())
    },
  }
}

/** Step 2k: a market with another lot or margin than ours would take orders for something else. */
export function marketChangeGate(): Gate {
  return {
    step: '2k',
    id: 'marketChange',
    rule: 'a market that is still what it was at the start',
    check({ market }, { listing }) {
      const change = listing.change(market.name)
      return change === undefined ? PASS : deny('MARKET_CHANGED', 'unchanged', change)
    },
  }
}

/**
 * Step 10, after all others: what the venue allows the account and the IP address.
 *
 * @throws {RangeError} when the wait is not above zero
 */
export function venueLimitsGate(maxWaitMs: number): Gate {
  positiveMs(maxWaitMs, 'maxWaitMs')
  return {
    step: '10',
    id: 'venueLimits',
    rule: 'open orders, actions, weight and messages within what the venue leaves to new orders',
    check({ replaces }, { venueLimits, now }) {
      const reservation = venueLimits.reserve({ isReplacement: replaces !== undefined }, now, maxWaitMs)
      if (!reservation.granted) return deny('VENUE_LIMIT', reservation.limit, reservation.value)
      const { release } = reservation
      // What is written is counted where it is written, and needs its place no longer.
      return { answer: 'pass', release, written: release }
    },
  }
}

/**
 * @param maxWaitMs how long an order may wait in the queue for the venue's limits. Default: 2000
 * @throws {RangeError} when it is not above zero
 */
export const coreGates = (maxWaitMs = 2_000): readonly Gate[] => [
  hardStopGate(),
  haltGate(),
  readyGate(),
  priceBandGate(),
  marketChangeGate(),
  venueLimitsGate(maxWaitMs),
]
