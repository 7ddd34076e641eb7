/**
 * The promises of accepted orders: each settles exactly once, on evidence.
 *
 * An order that is final settles when its filled size and price are known. Where the venue has confirmed the end but the
 * last fills are still on their way, it waits for them a little; what is known by then is the outcome.
 */
import type { OrderRecord } from '../control/order-ledger.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal } from '../model/order.js'
import type { Accepted, OrderView, Outcome } from '../model/outcome.js'
import type { Alarm } from './alarm.js'
import type { Parts } from './parts.js'
import { isComplete, outcomeOf, viewOf } from './views.js'

export type Settlement = {
  /** Hands out the promises of an order that was just registered. */
  open(record: OrderRecord): Accepted
  /** The submission of an order handed out before. */
  get(id: ClientOrderId): Accepted | undefined
  /** Looks at a record after evidence: tells listeners, and settles what can be settled. */
  review(record: OrderRecord): void
  /** Settles final orders whose last details did not come in time. */
  tick(now: number): void
  /** Settles everything that is left, as it stands. */
  close(): void
}

type Handle = {
  readonly record: OrderRecord
  readonly submission: Accepted
  acknowledge(view: OrderView): void
  settle(outcome: Outcome): void
}

/** How long a final order waits for its last fills. */
const GRACE_MS = 1_000
/** Answers remembered for idempotent submissions, after the order is settled. */
const REMEMBERED = 10_000
const FIRST_WORD = new Set(['working', 'partiallyFilled', 'pendingCancel'])

export function createSettlement(
  { orders, emitter, clock }: Pick<Parts, 'orders' | 'emitter' | 'clock'>,
  alarm: Alarm,
): Settlement {
  const unsettled = new Map<ClientOrderId, Handle>()
  const submissions = new Map<ClientOrderId, Accepted>()
  /** Final, but not complete; the wait is the same for all, so the first in is the first due. */
  const waiting = new Map<ClientOrderId, number>()

  function settle(handle: Handle): void {
    const { clientOrderId } = handle.record.request
    unsettled.delete(clientOrderId)
    waiting.delete(clientOrderId)
    handle.acknowledge(viewOf(handle.record))
    handle.settle(outcomeOf(handle.record))
  }

  function consider(handle: Handle): void {
    const { record } = handle
    const { clientOrderId } = record.request
    if (FIRST_WORD.has(record.status)) handle.acknowledge(viewOf(record))
    if (isComplete(record)) settle(handle)
    else if (isTerminal(record.status) && !waiting.has(clientOrderId)) {
      const dueAt = clock.monotonic() + GRACE_MS
      waiting.set(clientOrderId, dueAt)
      alarm.setBy(dueAt)
    }
  }

  return {
    open(record) {
      const handle = createHandle(record)
      const { clientOrderId } = record.request
      unsettled.set(clientOrderId, handle)
      submissions.set(clientOrderId, handle.submission)
      if (submissions.size > REMEMBERED) forgetSettled(submissions, unsettled)
      consider(handle)
      return handle.submission
    },
    get: (id) => submissions.get(id),
    review(record) {
      emitter.emit('order', viewOf(record))
      const handle = unsettled.get(record.request.clientOrderId)
      if (handle !== undefined) consider(handle)
    },
    tick(now) {
      for (const [id, dueAt] of waiting) {
        if (dueAt > now) {
          alarm.setBy(dueAt)
          return
        }
        waiting.delete(id)
        const handle = unsettled.get(id)
        if (handle !== undefined && isTerminal(handle.record.status)) settle(handle)
      }
    },
    close() {
      for (const handle of [...unsettled.values()]) {
        if (handle.record.status === 'pending') {
          orders.apply(handle.record.request.clientOrderId, 'denied', { reason: 'CLOSED', isSizeFinal: true })
        }
        settle(handle)
      }
    },
  }
}

function createHandle(record: OrderRecord): Handle {
  let acknowledge = (_view: OrderView): void => {}
  let settle = (_outcome: Outcome): void => {}
  const acknowledged = new Promise<OrderView>((resolve) => {
    acknowledge = resolve
  })
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  const submission: Accepted = {
    status: 'accepted',
    clientOrderId: record.request.clientOrderId,
    acknowledged,
    outcome,
    current: () => viewOf(record),
  }
  return { record, submission, acknowledge, settle }
}

function forgetSettled(submissions: Map<ClientOrderId, Accepted>, unsettled: ReadonlyMap<ClientOrderId, Handle>): void {
  let surplus = submissions.size - REMEMBERED / 2
  for (const id of submissions.keys()) {
    if (surplus <= 0) return
    if (unsettled.has(id)) continue
    submissions.delete(id)
    surplus -= 1
  }
}
