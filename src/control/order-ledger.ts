/**
 * Every order we know of, what became of it so far, and what is still committed by it.
 *
 * Evidence comes from three sides (the answer to the request, order updates, fills) in any order and more than once.
 * The status follows the table in `model/order.ts`; filled sizes are max-merged between sources and never summed, and
 * fills are summed only among themselves. An order keeps its claim on its market until it is over, its size final and all
 * its fills booked, because in between the position does not show yet what the order no longer holds.
 */
import type { Address } from '../model/account.js'
import { type Decimal, max, ZERO } from '../model/decimal.js'
import { wholeNumber } from '../model/guards.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal, type OrderEvent, type OrderRequest, type OrderStatus, transition } from '../model/order.js'
import type { DeniedReason, RejectedReason } from '../model/reasons.js'
import { createListeners } from './listeners.js'

export type OrderRecord = {
  readonly request: OrderRequest
  readonly status: OrderStatus
  /** The venue's id, once known. */
  readonly orderId?: number
  /** The largest filled size that any source has proven. */
  readonly filledSize: Decimal
  /** The part of it for which we have the fills themselves. */
  readonly bookedSize: Decimal
  /** Σ size × price of the booked fills. */
  readonly bookedValue: Decimal
  readonly fees: Decimal
  /** The venue's own average over `filledSize`, when an answer gave one. */
  readonly reportedAverage?: Decimal
  /** Whether the venue has said how far the order was filled in the end. A cancelled order holds its claim until then. */
  readonly isSizeFinal: boolean
  /** Not placed by us: found on the venue and adopted. */
  readonly isExternal: boolean
  readonly isCancelRequested: boolean
  /** The request it left in, the last one where an earlier was not written after all. */
  readonly sent?: SentAs
  /** The newest order that was made to take its place. */
  readonly replacedBy?: ClientOrderId
  readonly reason?: DeniedReason | RejectedReason
  /** The venue's own words. */
  readonly message?: string
}

/** By what a written order can be proven dead: its nonce, and the end of its time in the venue's. */
export type SentAs = {
  readonly nonce: number
  /** Whose nonce it is. */
  readonly signer: Address
  readonly expiresAfter?: number | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<OrderRecord>

/** What came with an event. */
export type Evidence = {
  readonly orderId?: number | undefined
  readonly filledSize?: Decimal | undefined
  readonly averagePrice?: Decimal | undefined
  /** How much of it is in the position for certain, although not every fill was told of as this order's. */
  readonly bookedSize?: Decimal | undefined
  readonly isSizeFinal?: boolean | undefined
  readonly reason?: DeniedReason | RejectedReason | undefined
  readonly message?: string | undefined
}

/** The part of a fill that concerns its order. */
export type BookedFill = { readonly size: Decimal; readonly price: Decimal; readonly fee: Decimal }

/** Whether the status of the order changed. */
export type Change =
  | { readonly status: 'changed' | 'unchanged'; readonly record: OrderRecord }
  /** The event contradicts what was known. What it proves is taken all the same; the caller raises the alarm. */
  | { readonly status: 'conflict'; readonly record: OrderRecord; readonly from: OrderStatus }

/** What the orders of one market may still add to its position. Reduce-only orders are counted, not summed. */
export type Commitment = {
  readonly buySize: Decimal
  readonly sellSize: Decimal
  /** Σ size × the worse of limit price and the mark at which the order was judged. */
  readonly buyValue: Decimal
  readonly sellValue: Decimal
  /** Orders that hold a claim on the market. */
  readonly openOrders: number
  readonly reduceOnlyOrders: number
}

export type RegisterOptions = {
  /** Default: `pending`. */
  readonly status?: OrderStatus | undefined
  readonly isExternal?: boolean | undefined
  /** What had filled before we knew of the order, and so is in the position already. Default: nothing. */
  readonly filledBefore?: Decimal | undefined
  /** The venue's id, of an order that was found there. */
  readonly orderId?: number | undefined
}

export type OrderLedger = {
  /** @throws {RangeError} when the client order id is known already */
  register(request: OrderRequest, options?: RegisterOptions): OrderRecord
  get(id: ClientOrderId | number): OrderRecord | undefined
  apply(id: ClientOrderId, event: OrderEvent, evidence?: Evidence): Change | undefined
  /** Books one distinct fill. The caller has already made sure that it is news. */
  bookFill(id: ClientOrderId, fill: BookedFill): Change | undefined
  /** Takes over newer values for an order that is still queued. */
  amend(request: OrderRequest): void
  /** Notes whether a cancel of this order is wanted, for as long as the order has not heard of it. */
  requestCancel(id: ClientOrderId, isWanted: boolean): void
  /** Notes the request that these orders are about to leave in. */
  sent(ids: readonly ClientOrderId[], as: SentAs): void
  /** Orders that still hold a claim. */
  open(): Iterable<OrderRecord>
  openCount(): number
  /** Every order remembered, oldest first. */
  all(): Iterable<OrderRecord>
  /** Takes over a record as `all` handed it out, in another life of the process. */
  restore(record: OrderRecord): void
  /** Drops an order that never left: its id is as good as unused. */
  forget(id: ClientOrderId): void
  commitment(market: string): Commitment
  /** Names of the markets in which an order holds a claim. */
  committedMarkets(): Iterable<string>
  /** Tells of each market whose commitment has changed. */
  onCommitment(listener: (market: string) => void): () => void
}

const NO_COMMITMENT: Commitment = {
  buySize: ZERO,
  sellSize: ZERO,
  buyValue: ZERO,
  sellValue: ZERO,
  openOrders: 0,
  reduceOnlyOrders: 0,
}

const DEFAULT_REMEMBERED_ORDERS = 10_000

export function createOrderLedger(options: { readonly rememberedOrders?: number | undefined } = {}): OrderLedger {
  const rememberedOrders = wholeNumber(options.rememberedOrders ?? DEFAULT_REMEMBERED_ORDERS, 'rememberedOrders')
  const records = new Map<ClientOrderId, Draft>()
  const byOrderId = new Map<number, Draft>()
  const open = new Map<ClientOrderId, Draft>()
  const closed: ClientOrderId[] = []
  const commitments = new Map<string, Commitment>()
  const listeners = createListeners<string>()

  /** Adds what an order holds to the sums of its market, or takes it out again. */
  function commit(
    { market, side, price, markPrice = price, reduceOnly }: OrderRequest,
    size: Decimal,
    orders: 1 | 0 | -1,
  ): void {
    const before = commitments.get(market.name) ?? NO_COMMITMENT
    const after: Mutable<Commitment> = { ...before }
    if (reduceOnly) {
      after.reduceOnlyOrders += orders
    } else {
      after.openOrders += orders
      const value = size.times(max(price, markPrice))
      if (side === 'buy') {
        after.buySize = before.buySize.plus(size)
        after.buyValue = before.buyValue.plus(value)
      } else {
        after.sellSize = before.sellSize.plus(size)
        after.sellValue = before.sellValue.plus(value)
      }
    }
    if (after.openOrders === 0 && after.reduceOnlyOrders === 0) commitments.delete(market.name)
    else commitments.set(market.name, after)
    listeners.tell(market.name)
  }

  /** Every change goes through here, so that the sums can never lag behind the orders. */
  function update(record: Draft, change: (record: Draft) => void): void {
    const { request } = record
    const before = open.has(request.clientOrderId) ? committedSize(record) : undefined
    change(record)
    const after = holdsClaim(record) ? committedSize(record) : undefined
    const isSame = request === record.request && after !== undefined && before?.eq(after) === true
    if (!isSame) {
      if (before !== undefined) commit(request, before.neg(), -1)
      if (after !== undefined) commit(record.request, after, 1)
    }
    if (after !== undefined) {
      open.set(request.clientOrderId, record)
    } else if (open.delete(request.clientOrderId)) {
      closed.push(request.clientOrderId)
      if (closed.length > rememberedOrders) forgetOldest()
    }
  }

  function forgetOldest(): void {
    // Half at a time, so that forgetting costs a constant per order.
    for (const id of closed.splice(0, Math.ceil(rememberedOrders / 2))) {
      const record = records.get(id)
      if (record === undefined || open.has(id)) continue
      records.delete(id)
      if (record.orderId !== undefined) byOrderId.delete(record.orderId)
    }
  }

  function learn(record: Draft, evidence: Evidence): void {
    if (evidence.orderId !== undefined) {
      record.orderId = evidence.orderId
      byOrderId.set(evidence.orderId, record)
    }
    if (evidence.filledSize !== undefined) record.filledSize = max(record.filledSize, evidence.filledSize)
    if (evidence.bookedSize !== undefined) record.bookedSize = max(record.bookedSize, evidence.bookedSize)
    if (evidence.averagePrice !== undefined) record.reportedAverage = evidence.averagePrice
    if (evidence.isSizeFinal) record.isSizeFinal = true
    if (evidence.reason !== undefined) record.reason = evidence.reason
    if (evidence.message !== undefined) record.message = evidence.message
  }

  function apply(id: ClientOrderId, event: OrderEvent, evidence: Evidence = {}): Change | undefined {
    const record = records.get(id)
    if (record === undefined) return undefined
    const from = record.status
    const to = transition(from, event)
    // A late word about a finished order (an "open" after its "filled") is no conflict, only old. It can still prove an
    // id or a size, but it is not why the order ended.
    const isOld = to === undefined && isTerminal(from) && event !== 'filled' && event !== 'partiallyFilled'
    update(record, (draft) => {
      learn(draft, isOld ? { ...evidence, reason: undefined, message: undefined } : evidence)
      // An order that is filled, nobody says how far, is filled to the end: less would hide a position.
      if (event === 'filled' && evidence.filledSize === undefined) draft.filledSize = draft.request.size
      if (to !== undefined) draft.status = to === 'working' && draft.filledSize.gt(ZERO) ? 'partiallyFilled' : to
      // What came back to life was not as final as it was said to be.
      if (isTerminal(from) && !isTerminal(draft.status)) draft.isSizeFinal = false
    })
    const revived = (from === 'rejected' || from === 'expired') && record.status !== from
    if ((to === undefined && !isOld) || revived) return { status: 'conflict', record, from }
    return { status: record.status === from ? 'unchanged' : 'changed', record }
  }

  return {
    register(request, { status = 'pending', isExternal = false, filledBefore = ZERO, orderId } = {}) {
      if (records.has(request.clientOrderId)) throw new RangeError(`clientOrderId: ${request.clientOrderId} is in use`)
      const record: Draft = {
        request,
        status,
        filledSize: filledBefore,
        bookedSize: filledBefore,
        bookedValue: ZERO,
        fees: ZERO,
        isSizeFinal: false,
        isExternal,
        isCancelRequested: false,
      }
      const replaced = request.replaces === undefined ? undefined : records.get(request.replaces)
      if (replaced !== undefined) replaced.replacedBy = request.clientOrderId
      learn(record, { orderId })
      records.set(request.clientOrderId, record)
      open.set(request.clientOrderId, record)
      commit(request, committedSize(record), 1)
      return record
    },
    get: (id) => (typeof id === 'number' ? byOrderId.get(id) : records.get(id)),
    apply,
    bookFill(id, fill) {
      const record = records.get(id)
      if (record === undefined) return undefined
      update(record, (draft) => {
        draft.bookedSize = draft.bookedSize.plus(fill.size)
        draft.bookedValue = draft.bookedValue.plus(fill.size.times(fill.price))
        draft.fees = draft.fees.plus(fill.fee)
      })
      return apply(id, record.bookedSize.gte(record.request.size) ? 'filled' : 'partiallyFilled', {
        filledSize: record.bookedSize,
        isSizeFinal: record.bookedSize.gte(record.request.size),
      })
    },
    amend(request) {
      const record = records.get(request.clientOrderId)
      if (record === undefined) return
      update(record, (draft) => {
        draft.request = request
      })
    },
    requestCancel(id, isWanted) {
      const record = records.get(id)
      if (record !== undefined) record.isCancelRequested = isWanted
    },
    sent(ids, as) {
      for (const id of ids) {
        const record = records.get(id)
        if (record !== undefined) record.sent = as
      }
    },
    open: () => open.values(),
    openCount: () => open.size,
    all: () => records.values(),
    restore(record) {
      const { clientOrderId } = record.request
      const draft: Draft = { ...record }
      records.set(clientOrderId, draft)
      if (draft.orderId !== undefined) byOrderId.set(draft.orderId, draft)
      if (!holdsClaim(draft)) closed.push(clientOrderId)
      else {
        open.set(clientOrderId, draft)
        commit(draft.request, committedSize(draft), 1)
      }
    },
    forget(id) {
      const record = records.get(id)
      if (record?.status !== 'pending') return
      commit(record.request, committedSize(record).neg(), -1)
      open.delete(id)
      records.delete(id)
    },
    commitment: (market) => commitments.get(market) ?? NO_COMMITMENT,
    committedMarkets: () => commitments.keys(),
    onCommitment: listeners.add,
  }
}

/** Whether it is over, and nobody has said yet how far it had filled: a cancel alone does not. */
export const lacksFinalSize = ({ status, isSizeFinal }: OrderRecord): boolean => status === 'canceled' && !isSizeFinal

const mayBeFilledFurther = (record: OrderRecord): boolean => !isTerminal(record.status) || lacksFinalSize(record)

/** What an order may still do to the position: its unfilled rest while it lives, and fills we know of but have not booked. */
function committedSize(record: OrderRecord): Decimal {
  const reach = mayBeFilledFurther(record) ? record.request.size : record.filledSize
  return max(reach.minus(record.bookedSize), ZERO)
}

function holdsClaim(record: OrderRecord): boolean {
  return mayBeFilledFurther(record) || record.filledSize.gt(record.bookedSize)
}
