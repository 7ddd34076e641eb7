/** The gates that no configuration can leave out: they stand before all others. */
import { priceBand } from '../../model/market.js'
import type { DeniedReason } from '../../model/reasons.js'
import type { Condition, Missing } from '../readiness.js'
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

/**
 * Step 2: nothing new before connection, registry, feeds and account agree. Where only the account is missing, our books
 * are being compared with the venue's, or differ from them: that is told apart, because it is about what we hold.
 */
export function readyGate(): Gate {
  return {
    step: '2',
    id: 'ready',
    rule: 'no new order before the executor is ready',
    check(_order, { readiness: { state } }) {
      if (state.ready) return PASS
      return deny(
        reasonOf(state.missing),
        'ready',
        state.missing.map(({ condition, detail }) => `${condition}: ${detail}`).join('; '),
      )
    },
  }
}

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
    check({ market, price }, { marketData, now }) {
      const mark = marketData.mark(market.name, now)
      if (mark === undefined) return denyWithoutMark(market.name, marketData)
      const { low, high } = priceBand(mark)
      if (price.gte(low) && price.lte(high)) return PASS
      return deny('PRICE_OUT_OF_BAND', `${low.toFixed()} to ${high.toFixed()}`, price.toFixed())
    },
  }
}

export const coreGates = (): readonly Gate[] => [hardStopGate(), readyGate(), priceBandGate()]
