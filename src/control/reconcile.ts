/**
 * Where our books and the venue's differ, and when that is believed.
 *
 * One reading proves little: an answer can be older than it looks, half of a change can be in it, and the venue has been
 * seen to answer with nothing at all. So what one reading finds is only suspected; what the next one finds again counts.
 * A position is the same suspicion when it is off by the same amount, however much was traded in between.
 */
import { type ClientOrderId, externalOrderKey } from '../model/ids.js'
import { isTerminal } from '../model/order.js'
import type { OrderLedger, OrderRecord } from './order-ledger.js'
import type { PositionDifference } from './position-ledger.js'

export type Difference = {
  readonly what: 'position' | 'order' | 'fills'
  /** Absent when it is about the whole account. */
  readonly market?: string | undefined
  readonly clientOrderId?: ClientOrderId | undefined
  readonly orderId?: number | undefined
  readonly ours: string
  readonly venues: string
}

/**
 * `position`: we hold another size. `missing`: alive for us, and not among the venue's open orders. `undead`: over for us,
 * and among them. `unwanted`: not ours, and to be cancelled.
 */
export type SuspicionKind = 'position' | 'missing' | 'undead' | 'unwanted'

/** A difference as one reading found it. */
export type Suspicion = Difference & {
  readonly kind: SuspicionKind
  /** The same in every reading that finds the same. */
  readonly key: string
}

/** An open order as the venue lists it. */
export type ListedOrder = {
  readonly market: string
  readonly orderId: number
  readonly clientOrderId?: ClientOrderId | undefined
}

export function positionSuspicion({ market, ours, venues }: PositionDifference): Suspicion {
  return {
    kind: 'position',
    key: `position ${market} ${venues.minus(ours).toFixed()}`,
    what: 'position',
    market,
    ours: ours.toFixed(),
    venues: venues.toFixed(),
  }
}

/**
 * What is found wrong about orders in one list of open orders of a dex.
 *
 * @param alive the orders of this dex that were alive, for all we knew, before the list was asked for
 * @param rejectExternal whether an order that is not ours is to be cancelled
 */
export function orderSuspicions(
  orders: Pick<OrderLedger, 'get'>,
  alive: readonly OrderRecord[],
  listed: readonly ListedOrder[],
  rejectExternal: boolean,
): readonly Suspicion[] {
  const ids = new Set(listed.flatMap(({ orderId, clientOrderId }) => [orderId, clientOrderId]))
  const missing = alive.filter((record) => !isTerminal(record.status) && !isListed(record, ids))
  const others = listed.flatMap((order) => {
    const record = recordOf(orders, order)
    if (record === undefined) return []
    if (isTerminal(record.status)) return [suspicion('undead', record, order)]
    return rejectExternal && record.isExternal ? [suspicion('unwanted', record, order)] : []
  })
  return [...missing.map((record) => suspicion('missing', record)), ...others]
}

export function recordOf(orders: Pick<OrderLedger, 'get'>, listed: ListedOrder): OrderRecord | undefined {
  // By the venue's id first: of a replaced order and its replacement only that one is unmistakable.
  return orders.get(listed.orderId) ?? orders.get(listed.clientOrderId ?? externalOrderKey(listed.orderId))
}

const isListed = ({ request, orderId }: OrderRecord, ids: ReadonlySet<unknown>): boolean =>
  ids.has(request.clientOrderId) || (orderId !== undefined && ids.has(orderId))

function suspicion(kind: Exclude<SuspicionKind, 'position'>, record: OrderRecord, listed?: ListedOrder): Suspicion {
  const { clientOrderId, market } = record.request
  return {
    kind,
    key: `${kind} ${listed?.orderId ?? clientOrderId}`,
    what: 'order',
    market: market.name,
    clientOrderId,
    orderId: listed?.orderId ?? record.orderId,
    ours: kind === 'unwanted' ? 'unwanted' : record.status,
    venues: listed === undefined ? 'not among the open orders' : 'open',
  }
}

export type Confirmation = {
  /** Takes all that one reading found. Hands back what the reading before had found as well. */
  review(found: readonly Suspicion[]): readonly Suspicion[]
  /** What was seen on another connection proves nothing on this one. */
  forget(): void
}

export function createConfirmation(): Confirmation {
  let suspected: ReadonlySet<string> = new Set()
  return {
    review(found) {
      const again = found.filter(({ key }) => suspected.has(key))
      suspected = new Set(found.map(({ key }) => key))
      return again
    },
    forget() {
      suspected = new Set()
    },
  }
}
