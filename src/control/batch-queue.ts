/**
 * What waits to leave: three lanes, cancel before reduce-only before new, first in first out inside a lane.
 *
 * One batch is one request, and holds one kind of action only: cancels by our id, or by the venue's, or reduce-only
 * orders, or new orders; post-only orders apart from the others, because the venue executes a purely post-only batch
 * earlier, and replacements apart from both, because they are another action. Reduce-only and new orders do not share a request, since one order that fails the venue's pre-validation
 * takes the whole request with it.
 * Each lane may use more of the in-flight slots than the lane below it, so that a cancel is never stuck behind orders.
 */
import { finiteTime, positiveMsOrZero, wholeNumber } from '../model/guards.js'
import type { ClientOrderId } from '../model/ids.js'
import type { OrderRequest } from '../model/order.js'
import { type Approved, supersede } from './risk-gates.js'

export type Lane = 'cancel' | 'reduceOnly' | 'new'

/** A cancel of one order, by our id or, for an order that is not ours, by the venue's. */
export type QueuedCancel = {
  readonly assetId: number
  readonly clientOrderId?: ClientOrderId | undefined
  readonly orderId?: number | undefined
}

export type BatchQueueOptions = {
  /** Most entries per lane. Default: 200 cancels, 500 reduce-only, 1000 new. */
  readonly capacity?: Partial<Record<Lane, number>> | undefined
  /** In-flight requests up to which a lane may send. Default: 100 for cancels, 90 for reduce-only, 80 for new. */
  readonly maxInFlight?: Partial<Record<Lane, number>> | undefined
  /** Most entries in one request. Default: 39, the largest that costs the venue's IP limit one unit. */
  readonly maxBatchSize?: number | undefined
  /** Least time between two requests with new orders; cancels and reduce-only never wait. Default: 100. */
  readonly newOrderSpacingMs?: number | undefined
}

export type PushResult =
  | { readonly status: 'queued' }
  | { readonly status: 'full'; readonly capacity: number }
  /** An order for the same purpose is waiting already; it took over the newer price and the larger size. */
  | { readonly status: 'deduplicated'; readonly survivor: OrderRequest }

export type Batch =
  | { readonly lane: 'cancel'; readonly cancels: readonly QueuedCancel[] }
  | { readonly lane: 'reduceOnly' | 'new'; readonly orders: readonly Approved[] }

/** How many entries of each lane may leave at this instant, and when by time alone there may be more, monotonic ms. */
export type Room = Readonly<Record<Lane, number>> & { readonly nextAt?: number | undefined }

export type BatchQueue = {
  push(order: Approved): PushResult
  /**
   * A second cancel of an order that already has one waiting is the same cancel, and counts as queued.
   *
   * @throws {TypeError} when it names no order
   */
  pushCancel(cancel: QueuedCancel): Exclude<PushResult, { status: 'deduplicated' }>
  /**
   * Takes the next batch that may leave.
   *
   * @param now monotonic ms
   * @param inFlight requests written and not answered
   * @param room what else holds the lanes back. Default: nothing
   * @throws {RangeError} when `now` is not a finite number
   */
  take(now: number, inFlight: number, room?: Room): Batch | undefined
  /** Puts a batch that was not written back in front, in its old order. New orders keep their distance all the same. */
  putBack(batch: Batch): void
  /** When a batch will be free to leave by time alone, monotonic ms; `undefined` when nothing waits for time. */
  nextAt(inFlight: number, room?: Room): number | undefined
  /** Takes one order out, wherever it waits. */
  remove(clientOrderId: ClientOrderId): Approved | undefined
  /** Takes all new orders out, for a halt or a lost connection. */
  purgeNew(): readonly Approved[]
  readonly sizes: Readonly<Record<Lane, number>>
  readonly isEmpty: boolean
}

const DEFAULT_CAPACITY: Record<Lane, number> = { cancel: 200, reduceOnly: 500, new: 1_000 }
const DEFAULT_IN_FLIGHT: Record<Lane, number> = { cancel: 100, reduceOnly: 90, new: 80 }
const LANES = ['cancel', 'reduceOnly', 'new'] as const
const BOUNDLESS: Room = {
  cancel: Number.POSITIVE_INFINITY,
  reduceOnly: Number.POSITIVE_INFINITY,
  new: Number.POSITIVE_INFINITY,
}

/** @throws {RangeError} naming the field, when a limit is not above zero or the in-flight shares do not rise new < reduce-only < cancel */
export function createBatchQueue(options: BatchQueueOptions = {}): BatchQueue {
  const capacity = checked({ ...DEFAULT_CAPACITY, ...options.capacity }, 'capacity')
  const maxInFlight = checked({ ...DEFAULT_IN_FLIGHT, ...options.maxInFlight }, 'maxInFlight')
  if (maxInFlight.new >= maxInFlight.reduceOnly || maxInFlight.reduceOnly >= maxInFlight.cancel) {
    throw new RangeError('maxInFlight: expected new < reduceOnly < cancel')
  }
  const maxBatchSize = wholeNumber(options.maxBatchSize ?? 39, 'maxBatchSize')
  const spacingMs = positiveMsOrZero(options.newOrderSpacingMs ?? 100, 'newOrderSpacingMs')

  // Maps keep insertion order and take from the middle in one step: a lane and its index in one.
  const cancels = new Map<ClientOrderId | number, QueuedCancel>()
  const reduceOnly = new Map<ClientOrderId, Approved>()
  const fresh = new Map<ClientOrderId, Approved>()
  let newAllowedAt = Number.NEGATIVE_INFINITY
  let lastUrgent: Lane = 'reduceOnly'

  const laneOf = ({ request }: Approved): Map<ClientOrderId, Approved> => (request.reduceOnly ? reduceOnly : fresh)

  /** Cancels and reduce-only take turns when both wait, so that neither starves the other. */
  function urgentLane(inFlight: number, room: Room): 'cancel' | 'reduceOnly' | undefined {
    const canCancel = cancels.size > 0 && inFlight < maxInFlight.cancel && room.cancel > 0
    const canReduce = reduceOnly.size > 0 && inFlight < maxInFlight.reduceOnly && room.reduceOnly > 0
    if (canCancel && canReduce) return lastUrgent === 'cancel' ? 'reduceOnly' : 'cancel'
    return canCancel ? 'cancel' : canReduce ? 'reduceOnly' : undefined
  }

  const canSendNew = (inFlight: number, room: Room): boolean =>
    fresh.size > 0 && inFlight < maxInFlight.new && room.new > 0

  const sizes = (): Record<Lane, number> => ({ cancel: cancels.size, reduceOnly: reduceOnly.size, new: fresh.size })

  return {
    push(order) {
      const { request } = order
      if (request.reduceOnly) {
        const twin = findTwin(reduceOnly, order)
        if (twin !== undefined) {
          const survivor = supersede(twin, order)
          reduceOnly.set(survivor.request.clientOrderId, survivor)
          return { status: 'deduplicated', survivor: survivor.request }
        }
      }
      const lane = request.reduceOnly ? 'reduceOnly' : 'new'
      const waiting = laneOf(order)
      if (waiting.size >= capacity[lane]) return { status: 'full', capacity: capacity[lane] }
      waiting.set(request.clientOrderId, order)
      return { status: 'queued' }
    },
    pushCancel(cancel) {
      const key = targetOf(cancel)
      if (cancels.has(key)) return { status: 'queued' }
      if (cancels.size >= capacity.cancel) return { status: 'full', capacity: capacity.cancel }
      cancels.set(key, cancel)
      return { status: 'queued' }
    },
    take(now, inFlight, room = BOUNDLESS) {
      finiteTime(now, 'now')
      const urgent = urgentLane(inFlight, room)
      if (urgent !== undefined) {
        lastUrgent = urgent
        const most = Math.min(maxBatchSize, room[urgent])
        return urgent === 'cancel'
          ? { lane: urgent, cancels: shift(cancels, most, isByOurId) }
          : { lane: urgent, orders: shift(reduceOnly, most, actionKind) }
      }
      if (!canSendNew(inFlight, room) || now < newAllowedAt) return undefined
      newAllowedAt = now + spacingMs
      return { lane: 'new', orders: shift(fresh, Math.min(maxBatchSize, room.new), actionKind) }
    },
    putBack(batch) {
      if (batch.lane === 'cancel') prepend(cancels, batch.cancels, targetOf)
      else prepend(batch.lane === 'new' ? fresh : reduceOnly, batch.orders, ({ request }) => request.clientOrderId)
    },
    nextAt(inFlight, room = BOUNDLESS) {
      if (urgentLane(inFlight, room) !== undefined) return Number.NEGATIVE_INFINITY
      const waiting = sizes()
      const isHeld = LANES.some((lane) => waiting[lane] > 0 && room[lane] <= 0)
      const heldUntil = isHeld ? room.nextAt : undefined
      if (!canSendNew(inFlight, room)) return heldUntil
      return Math.min(newAllowedAt, heldUntil ?? Number.POSITIVE_INFINITY)
    },
    remove(clientOrderId) {
      const order = fresh.get(clientOrderId) ?? reduceOnly.get(clientOrderId)
      if (order !== undefined) laneOf(order).delete(clientOrderId)
      return order
    },
    purgeNew() {
      const purged = [...fresh.values()]
      fresh.clear()
      return purged
    },
    get sizes() {
      return sizes()
    },
    get isEmpty() {
      return cancels.size + reduceOnly.size + fresh.size === 0
    },
  }
}

function actionKind({ request }: Approved): 'replace' | 'postOnly' | 'other' {
  if (request.replaces !== undefined) return 'replace'
  return request.timeInForce === 'alo' ? 'postOnly' : 'other'
}
const isByOurId = ({ clientOrderId }: QueuedCancel): boolean => clientOrderId !== undefined

function targetOf({ clientOrderId, orderId }: QueuedCancel): ClientOrderId | number {
  const target = clientOrderId ?? orderId
  if (target === undefined) throw new TypeError('cancel: expected a clientOrderId or an orderId')
  return target
}

/**
 * An immediate reduce-only order of the same market and side has the same purpose: get out now. Orders that rest are
 * left alone, since several exits at different prices are a ladder and not a mistake.
 */
function findTwin(waiting: ReadonlyMap<ClientOrderId, Approved>, { request }: Approved): Approved | undefined {
  if (request.timeInForce !== 'ioc') return undefined
  for (const other of waiting.values()) {
    const { market, side, timeInForce } = other.request
    if (timeInForce === 'ioc' && market.assetId === request.market.assetId && side === request.side) return other
  }
  return undefined
}

/** Takes the entry that has waited longest, and those behind it that are of the same kind. */
function shift<K, V>(waiting: Map<K, V>, limit: number, kindOf: (entry: V) => unknown): readonly V[] {
  const taken: V[] = []
  for (const [key, entry] of waiting) {
    const [first = entry] = taken
    if (kindOf(entry) !== kindOf(first)) continue
    waiting.delete(key)
    taken.push(entry)
    if (taken.length === limit) break
  }
  return taken
}

function prepend<K, V>(waiting: Map<K, V>, entries: readonly V[], keyOf: (entry: V) => K): void {
  const later = [...waiting]
  waiting.clear()
  for (const entry of entries) waiting.set(keyOf(entry), entry)
  for (const [key, entry] of later) waiting.set(key, entry)
}

function checked(limits: Record<Lane, number>, name: string): Record<Lane, number> {
  for (const lane of LANES) wholeNumber(limits[lane], `${name}.${lane}`)
  return limits
}
