/**
 * What an order is, and the one table of what may become of it.
 *
 * Denied is ours, rejected is the venue's, unknown is a state and not an error: the order was written, no answer
 * came, and only evidence ends it.
 */
import type { Decimal } from './decimal.js'
import type { ClientOrderId } from './ids.js'
import type { Market, Side } from './market.js'

/** `ioc` takes what is there and cancels the rest, `gtc` takes and rests, `alo` only ever rests (post-only). */
export type TimeInForce = 'ioc' | 'gtc' | 'alo'

/**
 * What an order is for. An `entry` is one bet on one signal; a `quote` rests among others of its maker, on both sides, and
 * the gates that take an order for a signal do not ask it.
 */
export type OrderKind = 'entry' | 'quote'

/** An order with every value legal for its market: what gates judge and the wire spells. */
export type OrderRequest = {
  readonly clientOrderId: ClientOrderId
  readonly market: Market
  readonly kind: OrderKind
  readonly side: Side
  readonly size: Decimal
  readonly price: Decimal
  /** The mark when it was judged: until it is over it counts at the worse of this and its limit. */
  readonly markPrice?: Decimal | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  /** The order whose place this one takes: both leave in one action, and both may fill until the venue has told of each. */
  readonly replaces?: ClientOrderId | undefined
  readonly intentId?: string | undefined
  /** Strategy metadata, carried with the order and handed back with its outcome. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly edgeBps?: number | undefined
}

/** The order as gates judge it. */
export function judgedAt(order: OrderRequest, markPrice: Decimal): OrderRequest {
  return {
    clientOrderId: order.clientOrderId,
    market: order.market,
    kind: order.kind,
    side: order.side,
    size: order.size,
    price: order.price,
    markPrice,
    timeInForce: order.timeInForce,
    reduceOnly: order.reduceOnly,
    replaces: order.replaces,
    intentId: order.intentId,
    tags: order.tags,
    edgeBps: order.edgeBps,
  }
}

export type OrderStatus =
  | 'pending'
  | 'inFlight'
  | 'working'
  | 'partiallyFilled'
  | 'pendingCancel'
  | 'unknown'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired'
  | 'denied'

export type OrderEvent =
  /** The bytes were handed to the socket. */
  | 'written'
  /** A write was refused by our own transport; the order goes back to the queue. */
  | 'requeued'
  /** We gave up before anything left. */
  | 'denied'
  /** The venue confirmed that the order rests. */
  | 'acknowledged'
  | 'partiallyFilled'
  | 'filled'
  | 'cancelSent'
  /** The venue refused the cancel and the order was seen alive afterwards. */
  | 'cancelRejected'
  | 'canceled'
  | 'rejected'
  /** No answer can be expected any more for something that was written. */
  | 'lost'
  /** Proof that the order can never execute. */
  | 'provenAbsent'

type Row = Partial<Record<OrderEvent, OrderStatus>>

const ALIVE: Row = {
  acknowledged: 'working',
  partiallyFilled: 'partiallyFilled',
  filled: 'filled',
  canceled: 'canceled',
  rejected: 'rejected',
}

/** A real fill is always booked, even on an order we took for dead; the ledger raises a conflict where it surprises. */
const DEAD: Row = { filled: 'filled', partiallyFilled: 'partiallyFilled' }

const TABLE: Record<OrderStatus, Row> = {
  // A cancel may be written while its order is still being signed; the order is not written then.
  pending: { written: 'inFlight', denied: 'denied', cancelSent: 'pending', cancelRejected: 'pending' },
  inFlight: {
    ...ALIVE,
    requeued: 'pending',
    denied: 'denied',
    cancelSent: 'inFlight',
    cancelRejected: 'inFlight',
    lost: 'unknown',
  },
  // A trigger order can be refused when it fires, long after it was accepted. A cancel that overtook its order may fail,
  // and the answer to the order itself may be lost, after a feed has shown that the order lives: neither is news.
  working: { ...ALIVE, cancelSent: 'pendingCancel', cancelRejected: 'working', lost: 'working' },
  partiallyFilled: {
    ...ALIVE,
    acknowledged: 'partiallyFilled',
    cancelSent: 'pendingCancel',
    cancelRejected: 'partiallyFilled',
    lost: 'partiallyFilled',
  },
  pendingCancel: {
    ...ALIVE,
    acknowledged: 'pendingCancel',
    partiallyFilled: 'pendingCancel',
    cancelSent: 'pendingCancel',
    cancelRejected: 'working',
    lost: 'unknown',
  },
  unknown: { ...ALIVE, cancelSent: 'unknown', cancelRejected: 'unknown', lost: 'unknown', provenAbsent: 'expired' },
  filled: { filled: 'filled', partiallyFilled: 'filled' },
  // A fill that happened before the cancel may be reported after it; the order stays cancelled unless it is whole.
  canceled: { filled: 'filled', partiallyFilled: 'canceled', canceled: 'canceled' },
  rejected: { ...DEAD, rejected: 'rejected' },
  expired: DEAD,
  denied: {},
}

/** The status after `event`, or `undefined` where the table has no such row: the event contradicts what is known. */
export function transition(status: OrderStatus, event: OrderEvent): OrderStatus | undefined {
  return TABLE[status][event]
}

const TERMINAL: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set([
  'filled',
  'canceled',
  'rejected',
  'expired',
  'denied',
])

export const isTerminal = (status: OrderStatus): boolean => TERMINAL.has(status)
