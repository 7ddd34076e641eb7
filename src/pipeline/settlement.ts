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
  /** Final, but not complete; the wait is the same for all, so the first in is the first due. Orders of others, too. */
  const waiting = new Map<ClientOrderId, { readonly record: OrderRecord; readonly dueAt: number }>()

  function settle(handle: Handle): void {
    const { clientOrderId } = handle.record.request
    unsettled.delete(clientOrderId)
    waiting.delete(clientOrderId)
    handle.acknowledge(viewOf(handle.record))
    handle.settle(outcomeOf(handle.record))
  }

  function consider(record: OrderRecord): void {
    const { clientOrderId } = record.request
    const handle = unsettled.get(clientOrderId)
    if (FIRST_WORD.has(record.status)) handle?.acknowledge(viewOf(record))
    if (isComplete(record)) {
      if (handle !== undefined) settle(handle)
    } else if (isTerminal(record.status) && !waiting.has(clientOrderId)) {
      const dueAt = clock.monotonic() + GRACE_MS
      waiting.set(clientOrderId, { record, dueAt })
      alarm.setBy(dueAt)
    }
  }

  /** What the fills have shown by now is all that will be known, and the claim on the market ends with it. */
  function conclude(record: OrderRecord): void {
    const { clientOrderId } = record.request
    if (record.status === 'canceled') orders.apply(clientOrderId, 'canceled', { isSizeFinal: true })
    const handle = unsettled.get(clientOrderId)
    if (handle !== undefined && isTerminal(record.status)) settle(handle)
  }

  return {
    open(record) {
      const handle = createHandle(record)
      const { clientOrderId } = record.request
      unsettled.set(clientOrderId, handle)
      submissions.set(clientOrderId, handle.submission)
      if (submissions.size > REMEMBERED) forgetSettled(submissions, unsettled)
      consider(record)
      return handle.submission
    },
    get: (id) => submissions.get(id),
    review(record) {
      emitter.emit('order', viewOf(record))
      consider(record)
    },
    tick(now) {
      for (const [id, { record, dueAt }] of waiting) {
        if (dueAt > now) {
          alarm.setBy(dueAt)
          return
        }
        waiting.delete(id)
        conclude(record)
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
