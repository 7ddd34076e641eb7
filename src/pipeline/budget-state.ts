/** What may still go, put together from everything that counts it. */
import type { BudgetState } from '../executor.js'
import type { Parts } from './parts.js'

type BudgetParts = Pick<Parts, 'clock' | 'budget' | 'venueLimits' | 'requests' | 'queue'>

export function budgetState({ clock, budget, venueLimits, requests, queue }: BudgetParts): BudgetState {
  const now = clock.monotonic()
  return {
    remaining: budget.remaining(now),
    maxActions: budget.maxActions,
    windowMs: budget.windowMs,
    inFlight: requests.size,
    queued: queue.sizes,
    nextNewOrderInMs: Math.max(budget.waitMs(now), venueLimits.newOrderWaitMs(now)),
    venue: venueLimits.state(now),
  }
}
