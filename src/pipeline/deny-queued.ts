/** Takes the new orders of one market out of the queue. One that is being signed is not in it. */
import type { DeniedReason } from '../model/reasons.js'
import type { Dispatch } from './dispatch.js'
import type { Parts } from './parts.js'

export type DenyQueued = (market: string, reason: DeniedReason, message: string) => void

export function createDenyQueued(
  { orders, queue }: Pick<Parts, 'orders' | 'queue'>,
  dispatch: Pick<Dispatch, 'deny'>,
): DenyQueued {
  return (market, reason, message) => {
    for (const { request, status } of [...orders.open()]) {
      if (request.market.name !== market || request.reduceOnly || status !== 'pending') continue
      const queued = queue.remove(request.clientOrderId)
      if (queued !== undefined) dispatch.deny(queued, reason, message)
    }
  }
}
