/**
 * From the queue to the socket: batch, nonce, signature, write.
 *
 * With a signer that answers at once, everything from taking the batch to writing it is one synchronous run. With any
 * other there is one await, and after it the world is looked at again: the kill switch, the connection, and whether each
 * order is still wanted. What then may not leave gives back all it held.
 */
import type { Batch, Room } from '../control/batch-queue.js'
import type { MarketHalt } from '../control/market-halts.js'
import type { Approved } from '../control/risk-gates.js'
import { isExecutorError } from '../errors.js'
import type { Address } from '../model/account.js'
import type { DeniedReason } from '../model/reasons.js'
import type { PostResult } from '../ports.js'
import type { SignedPayload } from '../wire/envelope.js'
import type { Alarm } from './alarm.js'
import type { Answers } from './answers.js'
import type { Cancels } from './cancels.js'
import type { Evidence } from './evidence.js'
import type { Post } from './meter.js'
import type { Parts } from './parts.js'
import { createPatience } from './patience.js'
import type { Presign } from './presign.js'
import { takesExits } from './reach.js'
import type { Recorder } from './recorder.js'
import type { Replacements } from './replacements.js'
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

export type DispatchParts = {
  readonly parts: Parts
  readonly post: Post
  readonly sign: Sign
  readonly presigned: Presign['cancels'] | undefined
  readonly evidence: Evidence
  readonly cancels: Cancels
  readonly replacements: Replacements
  readonly answers: Answers
  readonly recorder: Recorder
  readonly alarm: Alarm
}

export function createDispatch(wiring: DispatchParts): Dispatch {
  const { parts, post, sign, presigned, evidence, cancels, replacements, answers, recorder, alarm } = wiring
  const { clock, signers, transport, hardStop, halts, queue, requests, orders, limits, venueLimits, logger, fault } =
    parts
  const patience = createPatience(clock, alarm, limits.maxQueueMs)
  let onIdle: (() => void)[] = []
  let isKicked = false
  let isClosed = false
  let pausedUntil = 0

  function kick(): void {
    if (isKicked) return
    isKicked = true
    Promise.resolve()
      .then(flush)
      .catch((error: unknown) => fault('orders could not be sent', error))
  }

  function flush(): void {
    isKicked = false
    if (requests.size === 0) {
      for (const resolve of onIdle) resolve()
      onIdle = []
    }
    if (isClosed || !takesExits(transport.state)) return
    while (!queue.isEmpty) {
      const now = clock.monotonic()
      const free = room(now)
      const batch = now < pausedUntil ? undefined : queue.take(now, requests.size, free)
      if (batch === undefined) {
        const nextAt = queue.nextAt(requests.size, free)
        if (nextAt !== undefined) alarm.setBy(Math.max(nextAt, pausedUntil))
        return
      }
      send(batch)
    }
  }

  /** Without a socket there may be a second way, but not for new orders. */
  function room(now: number): Room {
    const limited = venueLimits.room(now)
    return transport.state.status === 'open' ? limited : { ...limited, new: 0 }
  }

  function send(batch: Batch): void {
    const id = requests.open(batch)
    const { generation } = transport.state
    const place: Place = { id, batch, generation, signer: signers.current.address }
    step(
      place,
      () => presigned?.take(batch) ?? sign.batch(batch),
      (payload) =>
        step(
          place,
          () => keep(place, payload),
          () => write(place, payload),
        ),
    )
  }

  /** One thing to be done on the way out: in this very turn if it answers at once. */
  function step<T>(place: Place, work: () => T | Promise<T>, next: (result: T) => void): void {
    let result: T | Promise<T>
    try {
      result = work()
    } catch (error) {
      giveUp(place, error)
      return
    }
    if (result instanceof Promise) {
      result.then(
        (late) => next(late),
        (error: unknown) => giveUp(place, error),
      )
    } else {
      next(result)
    }
  }

  /** Looks at the world again: whoever waited may have been overtaken by it. What may not go is dealt with. */
  function mayGo(place: Place): boolean {
    const { id, batch, generation, signer } = place
    if (isClosed) giveUp(place, undefined)
    else if (transport.state.generation !== generation || (batch.lane === 'new' && transport.state.status !== 'open')) {
      takeBack(id, batch, 'the connection was lost while the order was being signed')
    } else if (batch.lane === 'new' && hardStop.state.triggered) {
      requests.discard(id)
      denyAll(batch.orders, 'HARD_STOP', hardStop.state.reason)
    }
    // What an agent signed that is not ours any more may be refused, or be what its key is feared to sign. It is signed
    // again, and so what may not go at all has been denied before.
    else if (signer !== signers.current.address) takeBack(id, batch)
    // A signature covers the whole batch, so when one order of it is not wanted any more the rest is signed again.
    else if (batch.lane !== 'cancel' && batch.orders.some(isUnwanted)) takeBack(id, batch)
    else return true
    return false
  }

  /** Before it leaves, so that no crash can make us forget it. A way out of the market does not wait for a disk. */
  function keep({ batch, signer }: Place, { nonce, expiresAfter }: SignedPayload): void | Promise<void> {
    const ids = batch.lane === 'cancel' ? [] : batch.orders.map(({ request }) => request.clientOrderId)
    const as = { nonce, signer, expiresAfter }
    orders.sent(ids, as)
    const leaving = { kind: 'sent', orders: ids, as } as const
    if (batch.lane === 'new') return recorder.ahead(leaving)
    recorder.note(leaving)
  }

  function write(place: Place, payload: SignedPayload): void {
    if (!mayGo(place)) return
    const { id, batch } = place
    const result = hand(batch, payload)
    if (!result.written) {
      presigned?.giveBack(payload)
      pausedUntil = clock.monotonic() + REFUSED_WRITE_RETRY_MS
      const isLost = result.why === 'closed' || result.why === 'connecting'
      takeBack(id, batch, isLost ? 'the connection was lost before the order could be written' : undefined)
      return
    }
    requests.written(id, clock.monotonic())
    if (requests.nextDeadlineAt !== undefined) alarm.setBy(requests.nextDeadlineAt)
    result.reply
      .then((reply) => {
        // Sent again under a fresh nonce: nothing was done by this one, and the order is still to be cancelled.
        if (presigned?.isRefused(payload, reply) && requests.settle(id) !== undefined) takeBack(id, batch)
        else answers.take(id, reply)
        kick()
      })
      .catch((error: unknown) => {
        fault('an answer could not be handled', error)
        answers.lose(batch)
      })
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) cancels.onWritten(cancel)
      return
    }
    for (const order of batch.orders) {
      const { request } = order
      order.written(clock.monotonic())
      patience.end(request)
      evidence.apply(request.clientOrderId, 'written')
      replacements.onWritten(request)
    }
  }

  /** A transport that throws has told neither that the bytes left nor that they did not. */
  function hand({ lane }: Batch, payload: SignedPayload): PostResult {
    try {
      return post({ type: 'action', payload }, lane)
    } catch (error) {
      logger.error('the transport threw', { error })
      return { written: true, reply: Promise.resolve({ status: 'lost', why: 'the transport threw' }) }
    }
  }

  const haltOf = ({ request }: Approved): MarketHalt | undefined =>
    request.reduceOnly ? undefined : halts.get(request.market.name)
  const isUnwanted = (order: Approved): boolean =>
    orders.get(order.request.clientOrderId)?.isCancelRequested === true || haltOf(order) !== undefined

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
      for (const order of batch.orders.filter(isUnwanted)) {
        const halt = haltOf(order)
        if (halt === undefined) deny(order, 'CANCELED_BEFORE_SENT', 'cancelled while it was being signed')
        else deny(order, 'HALTED', halt.reason)
      }
      const wanted = batch.orders.filter((order) => !isUnwanted(order))
      if (batch.lane === 'new' && lost !== undefined) denyAll(wanted, 'NOT_SENT', lost)
      else if (wanted.length > 0) queue.putBack({ lane: batch.lane, orders: wanted })
    }
    kick()
  }

  function giveUp({ id, batch }: Place, error: unknown): void {
    requests.discard(id)
    const message = isExecutorError(error) ? error.message : 'the request could not be signed'
    logger.error('a request could not be sent', { lane: batch.lane, message })
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) {
        // A request each is worse than one for all, and better than none.
        const isSigned = !isClosed && batch.cancels.length > 1 && presigned?.has(cancel) === true
        if (isSigned) send({ lane: 'cancel', cancels: [cancel] })
        else cancels.settle(cancel, { status: 'notSent', message })
      }
    } else {
      denyAll(batch.orders, isClosed ? 'CLOSED' : reasonOf(error), message)
    }
    kick()
  }

  function deny(order: Approved, reason: DeniedReason, message: string): void {
    patience.end(order.request)
    order.release()
    evidence.apply(order.request.clientOrderId, 'denied', { reason, message, isSizeFinal: true })
  }

  function denyAll(denied: readonly Approved[], reason: DeniedReason, message: string): void {
    for (const order of denied) deny(order, reason, message)
  }

  return {
    kick,
    deny,
    tick(now) {
      for (const batch of requests.expire(now)) answers.lose(batch)
      if (requests.nextDeadlineAt !== undefined) alarm.setBy(requests.nextDeadlineAt)
      for (const late of patience.expired(now)) {
        const order = queue.remove(late)
        if (order !== undefined) deny(order, 'NOT_SENT', 'waited too long in the queue')
      }
      kick()
    },
    queued: ({ request }) => patience.begin(request),
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

/** A batch on its way out, and what it holds: a place in the request table, on one connection. */
type Place = { readonly id: number; readonly batch: Batch; readonly generation: number; readonly signer: Address }

function reasonOf(error: unknown): DeniedReason {
  const code = isExecutorError(error) ? error.code : undefined
  return code === 'CLOCK_DRIFT' || code === 'JOURNAL_FAILED' ? code : 'SIGN_FAILED'
}
