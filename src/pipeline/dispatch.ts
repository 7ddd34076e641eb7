/**
 * From the queue to the socket: batch, nonce, signature, write, and the answer back.
 *
 * With a signer that answers at once, everything from taking the batch to writing it is one synchronous run. With any
 * other there is one await, and after it the world is looked at again: the kill switch, the connection, and whether each
 * order is still wanted. What then may not leave gives back all it held.
 */
import type { Batch, QueuedCancel } from '../control/batch-queue.js'
import type { Approved } from '../control/risk-gates.js'
import { isExecutorError } from '../errors.js'
import type { ClientOrderId } from '../model/ids.js'
import type { CancelOutcome } from '../model/outcome.js'
import type { DeniedReason } from '../model/reasons.js'
import type { PostReply, Signature } from '../ports.js'
import { type Action, cancelAction, cancelByCloidAction, orderAction } from '../wire/actions.js'
import { signedPayload, type UnsignedRequest } from '../wire/envelope.js'
import { l1ActionHash, l1Digest } from '../wire/l1-hash.js'
import { classifyRefusal } from '../wire/refusals.js'
import { type CancelReply, parseCancelReplies, parseOrderReplies } from '../wire/replies.js'
import type { Alarm } from './alarm.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'
import type { Resolver } from './resolver.js'

/** A batch with a place in the request table. */
export type SentBatch = Batch & { readonly expiresAfter?: number | undefined }

export type Dispatch = {
  /** Sends what may leave, at the end of the current turn, so that everything handed in during it shares requests. */
  kick(): void
  /** Expires answers and waiting orders, and sends what time has freed. */
  tick(now: number): void
  /** Starts the clock for an order in the queue. */
  queued(order: Approved): void
  /** Settles an order that will not leave. */
  deny(order: Approved, reason: DeniedReason, message: string): void
  /** The outcome of the queued or written cancel of an order. */
  cancelOutcome(cancel: QueuedCancel): Promise<CancelOutcome>
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

export function createDispatch(parts: Parts, evidence: Evidence, alarm: Alarm, resolver: Resolver): Dispatch {
  const { clock, transport, signer, nonces, hardStop, queue, requests, orders, limits, logger } = parts
  const cancelWaiters = new Map<ClientOrderId | number, ((outcome: CancelOutcome) => void)[]>()
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
      for (const part of separate(batch)) send(part)
      if (clock.monotonic() < pausedUntil) break
    }
    const nextAt = queue.nextAt(requests.size)
    if (nextAt !== undefined) alarm.setBy(Math.max(nextAt, pausedUntil))
  }

  function send(batch: Batch): void {
    const { generation } = transport.state
    const expiresAfter = batch.lane === 'cancel' ? undefined : nonces.serverTime(clock.now()) + limits.expiresAfterMs
    const id = requests.open({ ...batch, expiresAfter })
    let request: UnsignedRequest
    let signature: Signature | Promise<Signature>
    try {
      request = {
        action: actionOf(batch),
        nonce: nonces.next(clock.now()),
        vaultAddress: parts.vaultAddress,
        expiresAfter,
      }
      const connectionId = l1ActionHash(request.action, request)
      signature = signer.sign(l1Digest(connectionId, transport.network), { network: transport.network, connectionId })
    } catch (error) {
      giveUp(id, batch, error)
      return
    }
    if (!(signature instanceof Promise)) {
      write(id, batch, request, signature)
      return
    }
    withDeadline(signature).then(
      (made) => {
        if (isClosed) giveUp(id, batch, undefined)
        else if (transport.state.generation !== generation) takeBack(id, batch)
        else write(id, batch, request, made)
      },
      (error: unknown) => giveUp(id, batch, error),
    )
  }

  function write(id: number, batch: Batch, request: UnsignedRequest, signature: Signature): void {
    if (batch.lane === 'new' && hardStop.state.triggered) {
      requests.discard(id)
      denyAll(batch.orders, 'HARD_STOP', hardStop.state.reason)
      return
    }
    if (
      batch.lane !== 'cancel' &&
      batch.orders.some(({ request: { clientOrderId } }) => orders.get(clientOrderId)?.isCancelRequested)
    ) {
      // A signature covers the whole batch, so the rest of it is signed again.
      takeBack(id, batch)
      return
    }
    const result = transport.post({ type: 'action', payload: signedPayload(request, signature) })
    if (!result.written) {
      pausedUntil = clock.monotonic() + REFUSED_WRITE_RETRY_MS
      takeBack(id, batch)
      return
    }
    const now = clock.monotonic()
    requests.written(id, now)
    if (requests.nextDeadlineAt !== undefined) alarm.setBy(requests.nextDeadlineAt)
    if (batch.lane === 'cancel') {
      for (const { clientOrderId } of batch.cancels) if (clientOrderId) evidence.apply(clientOrderId, 'cancelSent')
    } else {
      for (const { request: order } of batch.orders) {
        queueDeadlines[batch.lane].delete(order.clientOrderId)
        evidence.apply(order.clientOrderId, 'written')
      }
    }
    result.reply.then((reply) => onReply(id, reply))
  }

  /** Nothing has left: back to the front of the queue, but for what is not wanted any more. */
  function takeBack(id: number, batch: Batch): void {
    requests.discard(id)
    if (batch.lane === 'cancel') {
      queue.putBack(batch)
    } else {
      const isUnwanted = ({ request }: Approved): boolean =>
        orders.get(request.clientOrderId)?.isCancelRequested === true
      denyAll(batch.orders.filter(isUnwanted), 'CANCELED_BEFORE_SENT', 'cancelled while it was being signed')
      const wanted = batch.orders.filter((order) => !isUnwanted(order))
      const isStale = batch.lane === 'new' && transport.state.status !== 'open'
      if (isStale) denyAll(wanted, 'NOT_SENT', 'the connection was lost before the order could be written')
      else if (wanted.length > 0) queue.putBack({ lane: batch.lane, orders: wanted })
    }
    kick()
  }

  function giveUp(id: number, batch: Batch, error: unknown): void {
    requests.discard(id)
    const message = isExecutorError(error) ? error.message : 'the request could not be signed'
    logger.error('a request could not be signed', { lane: batch.lane, message })
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) settleCancel(cancel, { status: 'notSent', message })
      return
    }
    const reason = isClosed
      ? 'CLOSED'
      : isExecutorError(error) && error.code === 'CLOCK_DRIFT'
        ? 'CLOCK_DRIFT'
        : 'SIGN_FAILED'
    denyAll(batch.orders, reason, message)
  }

  function withDeadline(signature: Promise<Signature>): Promise<Signature> {
    return new Promise((resolve, reject) => {
      const cancel = clock.schedule(() => reject(new Error('the signer did not answer in time')), limits.signTimeoutMs)
      signature.then(resolve, reject).finally(cancel)
    })
  }

  function onReply(id: number, reply: PostReply): void {
    const settled = requests.settle(id)
    if (settled === undefined) return
    const { content } = settled
    if (reply.status === 'lost') lose(content)
    else {
      const payload = reply.status === 'answered' ? reply.payload : { status: 'err', response: reply.message }
      if (content.lane === 'cancel') {
        const replies = parseCancelReplies(payload, content.cancels.length)
        for (const [index, cancel] of content.cancels.entries()) onCancelReply(cancel, replies[index] ?? UNREADABLE)
      } else {
        const replies = parseOrderReplies(payload, content.orders.length)
        for (const [index, { request }] of content.orders.entries()) {
          evidence.orderReply(request, replies[index] ?? UNREADABLE)
          resolver.watch(request.clientOrderId, content.expiresAfter)
        }
      }
    }
    kick()
  }

  /** Written and not answered: only evidence will tell. */
  function lose(content: SentBatch): void {
    if (content.lane === 'cancel') {
      for (const cancel of content.cancels) {
        settleCancel(cancel, { status: 'unknown', message: 'no answer' })
        if (cancel.clientOrderId) resolver.check(cancel.clientOrderId)
      }
      return
    }
    for (const { request } of content.orders) {
      if (orders.get(request.clientOrderId)?.status !== 'inFlight') continue
      evidence.apply(request.clientOrderId, 'lost')
      resolver.watch(request.clientOrderId, content.expiresAfter)
    }
  }

  function onCancelReply(cancel: QueuedCancel, reply: CancelReply): void {
    const id = cancel.clientOrderId
    if (reply.kind === 'canceled') {
      if (id) evidence.apply(id, 'canceled')
      settleCancel(cancel, { status: 'canceled' })
      return
    }
    if (reply.kind === 'unknown') {
      settleCancel(cancel, { status: 'unknown', message: 'an answer that cannot be read' })
      if (id) resolver.check(id)
      return
    }
    const reason = classifyRefusal(reply.message)
    if (reason === 'ORDER_GONE') {
      settleCancel(cancel, { status: 'gone' })
      // A cancel can overtake its own order: the wish stays, and is carried out should the order turn out to be alive.
      if (id) resolver.check(id)
      return
    }
    settleCancel(cancel, { status: 'rejected', reason, message: reply.message })
    if (id) {
      orders.requestCancel(id, false)
      evidence.apply(id, 'cancelRejected')
    }
  }

  function settleCancel(cancel: QueuedCancel, outcome: CancelOutcome): void {
    const key = keyOf(cancel)
    for (const resolve of cancelWaiters.get(key) ?? []) resolve(outcome)
    cancelWaiters.delete(key)
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
    cancelOutcome(cancel) {
      if (isClosed) return Promise.resolve({ status: 'notSent', message: 'the executor is closed' })
      const key = keyOf(cancel)
      return new Promise((resolve) => {
        cancelWaiters.set(key, [...(cancelWaiters.get(key) ?? []), resolve])
      })
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
      for (const waiters of cancelWaiters.values()) {
        for (const resolve of waiters) resolve({ status: 'unknown', message: 'the executor was closed' })
      }
      cancelWaiters.clear()
    },
  }
}

const UNREADABLE = { kind: 'unknown', raw: undefined } as const

const keyOf = (cancel: QueuedCancel): ClientOrderId | number => cancel.clientOrderId ?? cancel.orderId ?? 0

/** Cancels by our id and by the venue's are two kinds of action. */
function separate(batch: Batch): readonly Batch[] {
  if (batch.lane !== 'cancel') return [batch]
  const ours = batch.cancels.filter(({ clientOrderId }) => clientOrderId !== undefined)
  const theirs = batch.cancels.filter(({ clientOrderId }) => clientOrderId === undefined)
  return [ours, theirs].filter((cancels) => cancels.length > 0).map((cancels) => ({ lane: 'cancel', cancels }))
}

function actionOf(batch: Batch): Action {
  if (batch.lane !== 'cancel') {
    return orderAction(
      batch.orders.map(({ request }) => ({
        assetId: request.market.assetId,
        side: request.side,
        price: request.price,
        size: request.size,
        reduceOnly: request.reduceOnly,
        type: { timeInForce: request.timeInForce },
        clientOrderId: request.clientOrderId,
      })),
    )
  }
  const byOurs = batch.cancels.flatMap(({ assetId, clientOrderId }) =>
    clientOrderId ? [{ assetId, clientOrderId }] : [],
  )
  // Every order we place is a limit order, for which the fast lane is open; of a foreign one we do not know.
  if (byOurs.length > 0) return cancelByCloidAction(byOurs, { fast: true })
  return cancelAction(
    batch.cancels.flatMap(({ assetId, orderId }) => (orderId === undefined ? [] : [{ assetId, orderId }])),
  )
}
