/**
 * From the queue to the socket: batch, nonce, signature, write, and the answer back.
 *
 * With a signer that answers at once, everything from taking the batch to writing it is one synchronous run. With any
 * other there is one await, and after it the world is looked at again: the kill switch, the connection, and whether each
 * order is still wanted. What then may not leave gives back all it held.
 */
import type { Batch } from '../control/batch-queue.js'
import type { Approved } from '../control/risk-gates.js'
import { isExecutorError } from '../errors.js'
import type { ClientOrderId } from '../model/ids.js'
import type { DeniedReason } from '../model/reasons.js'
import type { PostReply, PostResult } from '../ports.js'
import type { SignedPayload } from '../wire/envelope.js'
import { parseCancelReplies, parseOrderReplies } from '../wire/replies.js'
import type { Alarm } from './alarm.js'
import type { Cancels } from './cancels.js'
import type { Evidence } from './evidence.js'
import type { Parts, SentBatch } from './parts.js'
import type { Replacements } from './replacements.js'
import type { Resolver } from './resolver.js'
import type { Sign } from './sign.js'

export type Dispatch = {
  /** Sends what may leave, at the end of the current turn, so that everything handed in during it shares requests. */
  kick(): void
  /** Expires answers and waiting orders, and sends what time has freed. */
  tick(now: number): void
  /** Starts the clock for an order in the queue. */
  queued(order: Approved): void
  /** Settles an order that will not leave. */
  deny(order: Approved, reason: DeniedReason, message: string): void
  /** Denies every new order that has not left. */
  denyNew(reason: DeniedReason, message: string): void
  /** Resolves when no request is in flight. */
  idle(): Promise<void>
  close(): void
}

/** How soon to try again after our own transport refused a frame. */
const REFUSED_WRITE_RETRY_MS = 25
/** A reduce-only order waits for a connection far longer than a new one, but not for ever. */
const REDUCE_ONLY_QUEUE_MS = 30_000

export type DispatchParts = {
  readonly parts: Parts
  readonly sign: Sign
  readonly evidence: Evidence
  readonly cancels: Cancels
  readonly replacements: Replacements
  readonly resolver: Resolver
  readonly alarm: Alarm
}

export function createDispatch(wiring: DispatchParts): Dispatch {
  const { parts, sign, evidence, cancels, replacements, resolver, alarm } = wiring
  const { clock, transport, hardStop, queue, requests, orders, limits, logger } = parts
  const queueDeadlines = { new: new Map<ClientOrderId, number>(), reduceOnly: new Map<ClientOrderId, number>() }
  let onIdle: (() => void)[] = []
  let isKicked = false
  let isClosed = false
  let pausedUntil = 0

  function kick(): void {
    if (isKicked) return
    isKicked = true
    void Promise.resolve().then(flush)
  }

  function flush(): void {
    isKicked = false
    if (requests.size === 0) {
      for (const resolve of onIdle) resolve()
      onIdle = []
    }
    if (isClosed || transport.state.status !== 'open') return
    const now = clock.monotonic()
    if (now < pausedUntil) {
      alarm.setBy(pausedUntil)
      return
    }
    for (;;) {
      const batch = queue.take(clock.monotonic(), requests.size)
      if (batch === undefined) break
      send(batch)
      if (clock.monotonic() < pausedUntil) break
    }
    const nextAt = queue.nextAt(requests.size)
    if (nextAt !== undefined) alarm.setBy(Math.max(nextAt, pausedUntil))
  }

  function send(batch: Batch): void {
    const { generation } = transport.state
    const sent: SentBatch = { batch, payload: undefined }
    const id = requests.open(sent)
    let payload: SignedPayload | Promise<SignedPayload>
    try {
      payload = sign.batch(batch)
    } catch (error) {
      giveUp(id, batch, error)
      return
    }
    if ('action' in payload) {
      write(id, sent, payload)
      return
    }
    payload.then(
      (signed) => {
        if (isClosed) giveUp(id, batch, undefined)
        else if (transport.state.generation === generation) write(id, sent, signed)
        else takeBack(id, batch, 'the connection was lost while the order was being signed')
      },
      (error: unknown) => giveUp(id, batch, error),
    )
  }

  function write(id: number, sent: SentBatch, payload: SignedPayload): void {
    const { batch } = sent
    if (batch.lane === 'new' && hardStop.state.triggered) {
      requests.discard(id)
      denyAll(batch.orders, 'HARD_STOP', hardStop.state.reason)
      return
    }
    // A signature covers the whole batch, so when one order of it is not wanted any more the rest is signed again.
    if (batch.lane !== 'cancel' && batch.orders.some(isUnwanted)) {
      takeBack(id, batch)
      return
    }
    const result = post(payload)
    if (!result.written) {
      pausedUntil = clock.monotonic() + REFUSED_WRITE_RETRY_MS
      const isLost = result.why === 'closed' || result.why === 'connecting'
      takeBack(id, batch, isLost ? 'the connection was lost before the order could be written' : undefined)
      return
    }
    sent.payload = payload
    requests.written(id, clock.monotonic())
    if (requests.nextDeadlineAt !== undefined) alarm.setBy(requests.nextDeadlineAt)
    result.reply.then((reply) => onReply(id, reply))
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) cancels.onWritten(cancel)
      return
    }
    for (const { request } of batch.orders) {
      queueDeadlines[batch.lane].delete(request.clientOrderId)
      evidence.apply(request.clientOrderId, 'written')
      replacements.onWritten(request)
    }
  }

  /** A transport that throws has told neither that the bytes left nor that they did not. */
  function post(payload: SignedPayload): PostResult {
    try {
      return transport.post({ type: 'action', payload })
    } catch (error) {
      logger.error('the transport threw', { error })
      return { written: true, reply: Promise.resolve({ status: 'lost', why: 'the transport threw' }) }
    }
  }

  const isUnwanted = ({ request }: Approved): boolean => orders.get(request.clientOrderId)?.isCancelRequested === true

  /**
   * Nothing has left: back to the front of the queue, but for what is not wanted any more.
   *
   * @param lost why new orders may not wait: a price belongs to the connection it was seen on
   */
  function takeBack(id: number, batch: Batch, lost?: string): void {
    requests.discard(id)
    if (batch.lane === 'cancel') {
      queue.putBack(batch)
    } else {
      denyAll(batch.orders.filter(isUnwanted), 'CANCELED_BEFORE_SENT', 'cancelled while it was being signed')
      const wanted = batch.orders.filter((order) => !isUnwanted(order))
      if (batch.lane === 'new' && lost !== undefined) denyAll(wanted, 'NOT_SENT', lost)
      else if (wanted.length > 0) queue.putBack({ lane: batch.lane, orders: wanted })
    }
    kick()
  }

  function giveUp(id: number, batch: Batch, error: unknown): void {
    requests.discard(id)
    const message = isExecutorError(error) ? error.message : 'the request could not be signed'
    logger.error('a request could not be signed', { lane: batch.lane, message })
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) cancels.settle(cancel, { status: 'notSent', message })
    } else {
      denyAll(batch.orders, isClosed ? 'CLOSED' : reasonOf(error), message)
    }
    kick()
  }

  function onReply(id: number, reply: PostReply): void {
    const sent = requests.settle(id)?.content
    if (sent === undefined) return
    const { batch } = sent
    if (reply.status === 'lost') {
      lose(sent)
    } else {
      const payload = reply.status === 'answered' ? reply.payload : { status: 'err', response: reply.message }
      if (batch.lane === 'cancel') {
        const replies = parseCancelReplies(payload, batch.cancels.length)
        for (const [index, cancel] of batch.cancels.entries()) cancels.onReply(cancel, replies[index] ?? UNREADABLE)
      } else {
        const replies = parseOrderReplies(payload, batch.orders.length)
        for (const [index, { request }] of batch.orders.entries()) {
          const entry = replies[index] ?? UNREADABLE
          evidence.orderReply(request, entry)
          resolver.watch(request.clientOrderId, sent.payload)
          replacements.onReply(request, entry)
        }
      }
    }
    kick()
  }

  /** Written and not answered: only evidence will tell. */
  function lose({ batch, payload }: SentBatch): void {
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) cancels.lose(cancel)
      return
    }
    for (const { request } of batch.orders) {
      replacements.lose(request)
      if (orders.get(request.clientOrderId)?.status !== 'inFlight') continue
      evidence.apply(request.clientOrderId, 'lost')
      resolver.watch(request.clientOrderId, payload)
    }
  }

  function deny(order: Approved, reason: DeniedReason, message: string): void {
    const { clientOrderId, reduceOnly } = order.request
    queueDeadlines[reduceOnly ? 'reduceOnly' : 'new'].delete(clientOrderId)
    order.release()
    evidence.apply(clientOrderId, 'denied', { reason, message, isSizeFinal: true })
  }

  function denyAll(denied: readonly Approved[], reason: DeniedReason, message: string): void {
    for (const order of denied) deny(order, reason, message)
  }

  function expireQueued(deadlines: Map<ClientOrderId, number>, now: number): void {
    for (const [id, dueAt] of deadlines) {
      if (dueAt > now) {
        alarm.setBy(dueAt)
        return
      }
      deadlines.delete(id)
      const order = queue.remove(id)
      if (order !== undefined) deny(order, 'NOT_SENT', 'waited too long in the queue')
    }
  }

  return {
    kick,
    deny,
    tick(now) {
      for (const content of requests.expire(now)) lose(content)
      if (requests.nextDeadlineAt !== undefined) alarm.setBy(requests.nextDeadlineAt)
      expireQueued(queueDeadlines.new, now)
      expireQueued(queueDeadlines.reduceOnly, now)
      kick()
    },
    queued({ request: { clientOrderId, reduceOnly } }) {
      const dueAt = clock.monotonic() + (reduceOnly ? REDUCE_ONLY_QUEUE_MS : limits.maxQueueMs)
      queueDeadlines[reduceOnly ? 'reduceOnly' : 'new'].set(clientOrderId, dueAt)
      alarm.setBy(dueAt)
    },
    denyNew(reason, message) {
      denyAll(queue.purgeNew(), reason, message)
    },
    idle() {
      kick()
      return new Promise((resolve) => onIdle.push(resolve))
    },
    close() {
      isClosed = true
      cancels.close()
    },
  }
}

const UNREADABLE = { kind: 'unknown', raw: undefined } as const

function reasonOf(error: unknown): DeniedReason {
  return isExecutorError(error) && error.code === 'CLOCK_DRIFT' ? 'CLOCK_DRIFT' : 'SIGN_FAILED'
}
