/**
 * The way in: from an intent to the queue, in one synchronous step.
 *
 * Read, put on the grid, judged, queued, registered: nothing can come between a check and the claim that rests on it.
 */
import { type ClientOrderId, orderReference } from '../model/ids.js'
import { type Intent, type ReadIntent, readIntent, toOrderRequest } from '../model/intent.js'
import { isTerminal } from '../model/order.js'
import type { CancelOutcome, Denied, Submission } from '../model/outcome.js'
import { DENIED_REASONS } from '../model/reasons.js'
import { intentOrderId } from '../wire/intent-id.js'
import type { Cancels } from './cancels.js'
import type { Dispatch } from './dispatch.js'
import type { Parts } from './parts.js'
import type { Settlement } from './settlement.js'

export type Submit = {
  /** @param replaces the order whose place the new one takes, see `modify` */
  submit(intent: Intent, replaces?: ClientOrderId): Submission
  /** The executor's own way out of a position, open to it after it was closed to others. Only for reduce-only intents. */
  getOut(intent: Intent & { readonly reduceOnly: true }): Submission
  /** What was handed out for these ids before; nothing for an intent without an id of its own. */
  find(intent: Pick<Intent, 'intentId' | 'clientOrderId'>): Submission | undefined
  cancel(id: ClientOrderId | number): Promise<CancelOutcome>
  /** Takes no intent from now on. Cancels still pass. */
  close(): void
}

export type SubmitParts = {
  readonly parts: Parts
  readonly settlement: Settlement
  readonly dispatch: Dispatch
  readonly cancels: Cancels
}

export function createSubmit({ parts, settlement, dispatch, cancels }: SubmitParts): Submit {
  const { clock, ids, emitter, gates, queue, orders, market, readiness } = parts
  let isClosed = false

  function refuse(intent: Intent, denial: Omit<Denied, 'status' | 'benign'>): Denied {
    const denied: Denied = { status: 'denied', benign: DENIED_REASONS[denial.reason].benign, ...denial }
    emitter.emit('denied', { ...denied, intent })
    return denied
  }

  function submit(intent: Intent, replaces?: ClientOrderId): Submission {
    const read = readIntent(intent)
    const known = find(read)
    if (known !== undefined) return known
    if (isClosed) return refuse(intent, { reason: 'CLOSED', limit: 'open', value: 'closed' })
    return place(intent, read, replaces)
  }

  function place(intent: Intent, read: ReadIntent, replaces?: ClientOrderId): Submission {
    const id = givenId(read) ?? ids()
    const itsMarket = market(read.market)
    if (itsMarket === undefined) {
      const isLoaded = readiness.state.missing.every(({ condition }) => condition !== 'markets')
      const reason = isLoaded ? 'UNKNOWN_MARKET' : 'NOT_READY'
      return refuse(intent, {
        reason,
        limit: isLoaded ? 'a market named at the start' : 'markets loaded',
        value: read.market,
      })
    }
    const request = toOrderRequest(read, itsMarket, id, replaces)
    if ('reason' in request) return refuse(intent, request)
    const verdict = gates.evaluate(request, clock.monotonic())
    if ('denial' in verdict) return refuse(intent, verdict.denial)

    const { approved } = verdict
    const pushed = queue.push(approved)
    if (pushed.status === 'full') {
      approved.release()
      return refuse(intent, { reason: 'QUEUE_FULL', limit: String(pushed.capacity), value: String(pushed.capacity) })
    }
    if (pushed.status === 'deduplicated') {
      const { survivor } = pushed
      orders.amend(survivor)
      const value = `${survivor.size.toFixed()} at ${survivor.price.toFixed()}`
      return refuse(intent, { reason: 'DEDUPLICATED', limit: 'one', value, survivor: survivor.clientOrderId })
    }
    const submission = settlement.open(orders.register(approved.request))
    dispatch.queued(approved)
    dispatch.kick()
    return submission
  }

  function find(intent: Pick<Intent, 'intentId' | 'clientOrderId'>): Submission | undefined {
    const id = givenId(intent)
    if (id === undefined) return undefined
    const record = orders.get(id)
    // Placed before a restart, or found on the venue since: it is the same order, not a second one.
    return settlement.get(id) ?? (record && settlement.open(record))
  }

  function cancel(id: ClientOrderId | number): Promise<CancelOutcome> {
    const record = orders.get(orderReference(id))
    if (record === undefined || isTerminal(record.status)) return Promise.resolve({ status: 'gone' })
    const { clientOrderId: key, market: itsMarket } = record.request
    const queued = queue.remove(key)
    if (queued !== undefined) {
      dispatch.deny(queued, 'CANCELED_BEFORE_SENT', 'cancelled while it was queued')
      return Promise.resolve({ status: 'canceled' })
    }
    orders.requestCancel(key, true)
    const reference = record.isExternal ? { orderId: record.orderId } : { clientOrderId: key }
    const entry = { assetId: itsMarket.assetId, ...reference }
    const pushed = queue.pushCancel(entry)
    if (pushed.status === 'full') {
      return Promise.resolve({ status: 'notSent', message: `the cancel lane is full at ${pushed.capacity}` })
    }
    dispatch.kick()
    return cancels.outcome(entry)
  }

  return {
    submit,
    getOut: (intent) => place(intent, readIntent(intent)),
    find,
    cancel,
    close() {
      isClosed = true
    },
  }
}

function givenId({ intentId, clientOrderId }: Pick<Intent, 'intentId' | 'clientOrderId'>): ClientOrderId | undefined {
  return intentId === undefined ? clientOrderId : intentOrderId(intentId)
}
