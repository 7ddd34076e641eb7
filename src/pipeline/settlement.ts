/**
 * The promises of accepted orders: each settles exactly once, on evidence.
 *
 * An order that is final settles when its filled size and price are known. Where an end or a fill is known but the fills
 * themselves do not come, the venue is asked for them, until they are there: an outcome must not miss what was executed,
 * nor a position what it holds.
 */
import { lacksFinalSize, type OrderRecord } from '../control/order-ledger.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal } from '../model/order.js'
import type { Accepted, OrderView, Outcome } from '../model/outcome.js'
import type { Alarm } from './alarm.js'
import type { Parts } from './parts.js'
import { isComplete, outcomeOf, viewOf } from './views.js'

export type Settlement = {
  /** Whether an outcome is still to be told. */
  readonly isAwaited: boolean
  /** Hands out the promises of an order that was just registered. */
  open(record: OrderRecord): Accepted
  /** The submission of an order handed out before. */
  get(id: ClientOrderId): Accepted | undefined
  /** Looks at a record after evidence: tells listeners, and settles what can be settled. */
  review(record: OrderRecord): void
  /** Asks for the fills that did not come in time. */
  tick(now: number): void
  /** Settles everything that is left, as far as it is proven. */
  close(): void
}

type Handle = {
  readonly record: OrderRecord
  readonly submission: Accepted
  acknowledge(view: OrderView): void
  settle(outcome: Outcome): void
}

type Wait = {
  readonly record: OrderRecord
  /** Monotonic ms. */
  readonly dueAt: number
  readonly delayMs: number
  /** When we learnt that it was over, monotonic ms. */
  readonly endedAt?: number | undefined
}

/** How long an order waits for its fills before they are asked for; doubles while they stay away. */
const GRACE_MS = 1_000
/** A server may lag behind the chain by less than this. Only an answer asked for later can say that there was nothing more. */
const MAX_LAG_MS = 3_000
const MAX_WAIT_MS = 30_000
/** Answers remembered for idempotent submissions, after the order is settled. */
const REMEMBERED = 10_000
const FIRST_WORD = new Set(['working', 'partiallyFilled', 'pendingCancel'])

export function createSettlement(
  { orders, emitter, clock }: Pick<Parts, 'orders' | 'emitter' | 'clock'>,
  alarm: Alarm,
  fetchFills: () => Promise<boolean>,
  onAwaited: () => void,
): Settlement {
  const unsettled = new Map<ClientOrderId, Handle>()
  const submissions = new Map<ClientOrderId, Accepted>()
  /** Orders of which something is still to come, orders of others among them. */
  const waiting = new Map<ClientOrderId, Wait>()
  let isFetching = false

  function settle(handle: Handle): void {
    const { clientOrderId } = handle.record.request
    unsettled.delete(clientOrderId)
    const outcome = outcomeOf(handle.record)
    handle.acknowledge(viewOf(handle.record))
    handle.settle(outcome)
    emitter.emit('outcome', outcome)
  }

  function consider(record: OrderRecord): void {
    const { clientOrderId } = record.request
    const handle = unsettled.get(clientOrderId)
    if (FIRST_WORD.has(record.status)) handle?.acknowledge(viewOf(record))
    if (isComplete(record) && handle !== undefined) settle(handle)
    const known = waiting.get(clientOrderId)
    if (!isAwaited(record)) waiting.delete(clientOrderId)
    else if (known === undefined || (isTerminal(record.status) && known.endedAt === undefined))
      waitFor(record, GRACE_MS)
  }

  function waitFor(record: OrderRecord, delayMs: number, endedAt = clock.monotonic()): void {
    const dueAt = clock.monotonic() + delayMs
    const isOver = isTerminal(record.status)
    waiting.set(record.request.clientOrderId, { record, dueAt, delayMs, endedAt: isOver ? endedAt : undefined })
    alarm.setBy(dueAt)
  }

  /** A feed can fall silent while the socket lives: what it should have said is asked for. */
  async function ask(due: readonly Wait[]): Promise<void> {
    isFetching = true
    const askedAt = clock.monotonic()
    const isAnswered = await fetchFills()
    isFetching = false
    for (const { record, delayMs, endedAt } of due) {
      waiting.delete(record.request.clientOrderId)
      if (isAnswered && endedAt !== undefined && askedAt >= endedAt + MAX_LAG_MS) conclude(record)
      if (isAwaited(record)) waitFor(record, Math.min(MAX_WAIT_MS, delayMs * 2), endedAt)
    }
  }

  /** The venue's own list of fills has been read: it is all that filled, and the claim on the market ends with it. */
  function conclude(record: OrderRecord): void {
    const { status, filledSize, request } = record
    const { clientOrderId } = request
    // What filled of a foreign order before we knew of it is in the position all the same.
    const bookedSize = record.isExternal ? filledSize : undefined
    if (status === 'canceled') orders.apply(clientOrderId, status, { isSizeFinal: true, bookedSize })
    else if (record.isExternal && status === 'filled') orders.apply(clientOrderId, status, { filledSize, bookedSize })
    const handle = unsettled.get(clientOrderId)
    if (handle !== undefined && isTerminal(record.status)) settle(handle)
  }

  return {
    get isAwaited() {
      return unsettled.size > 0
    },
    open(record) {
      const handle = createHandle(record)
      const { clientOrderId } = record.request
      unsettled.set(clientOrderId, handle)
      submissions.set(clientOrderId, handle.submission)
      if (submissions.size > REMEMBERED) forgetSettled(submissions, unsettled)
      consider(record)
      onAwaited()
      return handle.submission
    },
    get: (id) => submissions.get(id),
    review(record) {
      emitter.emit('order', viewOf(record))
      consider(record)
    },
    tick(now) {
      const due = [...waiting.values()].filter(({ dueAt }) => dueAt <= now)
      for (const { dueAt } of waiting.values()) if (dueAt > now) alarm.setBy(dueAt)
      if (due.length === 0) return
      if (isFetching) alarm.setBy(now + GRACE_MS)
      else void ask(due)
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

/** Whether a fill, the price of one, or the final size is still to come. */
function isAwaited(record: OrderRecord): boolean {
  return record.filledSize.gt(record.bookedSize) || lacksFinalSize(record)
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
