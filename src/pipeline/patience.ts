/**
 * How long an order may wait in the queue: a new one briefly, because its price is of now; a way out of the market far
 * longer, but not for ever.
 */

import type { ClientOrderId } from '../model/ids.js'
import type { OrderRequest } from '../model/order.js'
import type { Clock } from '../ports.js'
import type { Alarm } from './alarm.js'

export type Patience = {
  /** The order has taken its place in the queue. */
  begin(order: OrderRequest): void
  /** The order waits no more. */
  end(order: OrderRequest): void
  /** Orders that have waited too long. */
  expired(now: number): readonly ClientOrderId[]
}

const REDUCE_ONLY_MS = 30_000

export function createPatience(
  clock: Pick<Clock, 'monotonic'>,
  alarm: Pick<Alarm, 'setBy'>,
  newOrderMs: number,
): Patience {
  // Each kind has one patience, so the order of insertion is the order of deadlines.
  const deadlines = { new: new Map<ClientOrderId, number>(), reduceOnly: new Map<ClientOrderId, number>() }
  const of = ({ reduceOnly }: OrderRequest): Map<ClientOrderId, number> => deadlines[reduceOnly ? 'reduceOnly' : 'new']

  function* due(waiting: Map<ClientOrderId, number>, now: number): Generator<ClientOrderId> {
    for (const [id, dueAt] of waiting) {
      if (dueAt > now) {
        alarm.setBy(dueAt)
        return
      }
      waiting.delete(id)
      yield id
    }
  }

  return {
    begin(order) {
      const dueAt = clock.monotonic() + (order.reduceOnly ? REDUCE_ONLY_MS : newOrderMs)
      of(order).set(order.clientOrderId, dueAt)
      alarm.setBy(dueAt)
    },
    end: (order) => of(order).delete(order.clientOrderId),
    expired: (now) => [...due(deadlines.new, now), ...due(deadlines.reduceOnly, now)],
  }
}
