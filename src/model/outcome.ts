/**
 * What callers are told: the answer to a submission, the state of an order, and the one outcome it ends with.
 */
import type { Decimal } from './decimal.js'
import type { ClientOrderId } from './ids.js'
import type { Side } from './market.js'
import type { OrderKind, OrderStatus, TimeInForce } from './order.js'
import type { DeniedReason, RejectedReason } from './reasons.js'

/** An order as it stands, copied at one instant. */
export type OrderView = {
  readonly clientOrderId: ClientOrderId
  /** The venue's id, once it is known. */
  readonly orderId?: number | undefined
  readonly market: string
  readonly kind: OrderKind
  readonly side: Side
  readonly size: Decimal
  readonly price: Decimal
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly status: OrderStatus
  readonly filledSize: Decimal
  readonly remainingSize: Decimal
  /** Over `filledSize`; absent while nothing is filled or the fills have not all been seen. */
  readonly averagePrice?: Decimal | undefined
  /** Of the fills seen so far, in the collateral of the dex; negative is a rebate. */
  readonly fees: Decimal
  /** Found on the venue, not placed by this executor. */
  readonly isExternal: boolean
  readonly intentId?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly edgeBps?: number | undefined
}

/** Our own refusal: nothing left. */
export type Denied = {
  readonly status: 'denied'
  readonly reason: DeniedReason
  /** Nothing is wrong; a strategy meets this every day. */
  readonly benign: boolean
  /** The gate that denied, when one did. */
  readonly gate?: string | undefined
  /** What would have been allowed. */
  readonly limit: string
  /** What there was instead. */
  readonly value: string
  /** With `DEDUPLICATED`: the queued order that took over price and size. */
  readonly survivor?: ClientOrderId | undefined
}

/**
 * The one end of an order. Settles once, never rejects.
 *
 * An immediate-or-cancel order that filled in part ends `canceled` with what it filled. `unknown` is told only when the
 * executor is closed before the proof is in: such an order may be alive, or have filled further than `filledSize` says, and
 * must not be placed again blindly.
 */
export type Outcome =
  | (OrderView & { readonly status: 'filled' | 'canceled' | 'expired' })
  | (OrderView & {
      readonly status: 'rejected'
      readonly reason: RejectedReason
      readonly benign: boolean
      /** The venue's own words. */
      readonly message: string
    })
  | (OrderView & {
      readonly status: 'denied'
      readonly reason: DeniedReason
      readonly benign: boolean
      readonly message: string
    })
  | (OrderView & { readonly status: 'unknown'; readonly message: string })

/** An order that passed every gate. */
export type Accepted = {
  readonly status: 'accepted'
  readonly clientOrderId: ClientOrderId
  /** The first word about the order: it rests, it filled, or its outcome. Never rejects. */
  readonly acknowledged: Promise<OrderView>
  /** The last word. Settles exactly once, never rejects. */
  readonly outcome: Promise<Outcome>
  /** The order as it stands now. */
  current(): OrderView
}

export type Submission = Accepted | Denied

/** What became of a cancel. Settles once, never rejects. */
export type CancelOutcome =
  /** It was on the book (or in our queue) and is gone. Fills that came before remain. */
  | { readonly status: 'canceled' }
  /** There was nothing to cancel: never placed, already cancelled, or filled. The order's own outcome tells which. */
  | { readonly status: 'gone' }
  | { readonly status: 'rejected'; readonly reason: RejectedReason; readonly message: string }
  /** Written, and not answered. */
  | { readonly status: 'unknown'; readonly message: string }
  | { readonly status: 'notSent'; readonly message: string }
