/** Cancels that were asked for: who waits for each, and what its answer means for the order. */
import type { QueuedCancel } from '../control/batch-queue.js'
import type { ClientOrderId } from '../model/ids.js'
import type { CancelOutcome } from '../model/outcome.js'
import { classifyRefusal } from '../wire/refusals.js'
import type { CancelReply } from '../wire/replies.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'
import type { Resolver } from './resolver.js'

export type Cancels = {
  /** The outcome of a cancel that is queued or written. */
  outcome(cancel: QueuedCancel): Promise<CancelOutcome>
  onWritten(cancel: QueuedCancel): void
  onReply(cancel: QueuedCancel, reply: CancelReply): void
  /** Written, and no answer can come any more. */
  lose(cancel: QueuedCancel): void
  settle(cancel: QueuedCancel, outcome: CancelOutcome): void
  close(): void
}

export function createCancels({ orders }: Pick<Parts, 'orders'>, evidence: Evidence, resolver: Resolver): Cancels {
  const waiters = new Map<ClientOrderId | number, ((outcome: CancelOutcome) => void)[]>()
  let isClosed = false

  const orderOf = (cancel: QueuedCancel): ClientOrderId | undefined => orders.get(keyOf(cancel))?.request.clientOrderId

  function settle(cancel: QueuedCancel, outcome: CancelOutcome): void {
    const key = keyOf(cancel)
    for (const resolve of waiters.get(key) ?? []) resolve(outcome)
    waiters.delete(key)
  }

  return {
    settle,
    outcome(cancel) {
      if (isClosed) return Promise.resolve({ status: 'notSent', message: 'the executor is closed' })
      const key = keyOf(cancel)
      return new Promise((resolve) => {
        waiters.set(key, [...(waiters.get(key) ?? []), resolve])
      })
    },
    onWritten(cancel) {
      const order = orderOf(cancel)
      if (order) evidence.apply(order, 'cancelSent')
    },
    onReply(cancel, reply) {
      const order = orderOf(cancel)
      if (reply.kind === 'canceled') {
        if (order) evidence.apply(order, 'canceled')
        settle(cancel, { status: 'canceled' })
        return
      }
      if (reply.kind === 'unknown') {
        settle(cancel, { status: 'unknown', message: 'an answer that cannot be read' })
        if (order) resolver.check(order)
        return
      }
      const reason = classifyRefusal(reply.message)
      if (reason === 'ORDER_GONE') {
        settle(cancel, { status: 'gone' })
        // A cancel can overtake its own order: the wish stays, and is carried out should the order turn out to be alive.
        if (order) resolver.check(order)
        return
      }
      settle(cancel, { status: 'rejected', reason, message: reply.message })
      if (order) {
        orders.requestCancel(order, false)
        evidence.apply(order, 'cancelRejected')
      }
    },
    lose(cancel) {
      const order = orderOf(cancel)
      settle(cancel, { status: 'unknown', message: 'no answer' })
      if (order) resolver.check(order)
    },
    close() {
      isClosed = true
      const open = [...waiters.values()].flat()
      waiters.clear()
      for (const resolve of open) resolve({ status: 'unknown', message: 'the executor was closed' })
    },
  }
}

const keyOf = (cancel: QueuedCancel): ClientOrderId | number => cancel.clientOrderId ?? cancel.orderId ?? 0
