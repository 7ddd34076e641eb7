/** Step 10, after all others: what the venue allows the account and the IP address. No configuration can leave it out. */
import { deny, type Gate } from '../risk-gates.js'
import type { VenueLimits } from '../venue-limits.js'

/** @param maxWaitMs how long an order may wait in the queue for weight or messages to come free */
export function venueLimitsGate(limits: Pick<VenueLimits, 'reserve'>, maxWaitMs: number): Gate {
  return {
    step: '10',
    id: 'venueLimits',
    rule: 'open orders, actions, weight and messages within what the venue leaves to new orders',
    check({ replaces }, { now }) {
      const reservation = limits.reserve({ isReplacement: replaces !== undefined }, now, maxWaitMs)
      if (!reservation.granted) return deny('VENUE_LIMIT', reservation.limit, reservation.value)
      const { release } = reservation
      // What is written is counted where it is written, and needs its place no longer.
      return { answer: 'pass', release, written: release }
    },
  }
}
