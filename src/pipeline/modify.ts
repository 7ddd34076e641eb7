/**
 * Modify: a new order in the place of an old one, in one action.
 *
 * The replacement is an order like any other: it passes the gates, has its own id and its own outcome. What is special is
 * only that the old order does not stand in its way, and that the venue refuses it once the old order is gone.
 */
import type { OrderRecord } from '../control/order-ledger.js'
import { ZERO } from '../model/decimal.js'
import { type ClientOrderId, orderReference } from '../model/ids.js'
import type { Intent, Replacement } from '../model/intent.js'
import { isTerminal, type OrderStatus } from '../model/order.js'
import type { Submission } from '../model/outcome.js'
import { DENIED_REASONS } from '../model/reasons.js'
import type { Dispatch } from './dispatch.js'
import type { Parts } from './parts.js'
import type { Submit } from './submit.js'

export type Modify = (id: ClientOrderId | number, change: Replacement) => Submission

/** The venue knows these by now, or will before the modify reaches it. */
const MODIFIABLE: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['inFlight', 'working', 'partiallyFilled'])

export function createModify(
  { orders, queue }: Pick<Parts, 'orders' | 'queue'>,
  { submit, find }: Submit,
  dispatch: Pick<Dispatch, 'deny'>,
): Modify {
  /** The replacement on its way, if there is one. */
  function successor({ replacedBy }: OrderRecord): ClientOrderId | undefined {
    const record = replacedBy === undefined ? undefined : orders.get(replacedBy)
    return record === undefined || isTerminal(record.status) ? undefined : replacedBy
  }

  return (id, change) => {
    const record = orders.get(orderReference(id))
    if (change.price === undefined && change.size === undefined)
      throw new TypeError('change: expected a price or a size')
    const known = find(change)
    if (known !== undefined) return known
    if (record === undefined) return notModifiable('not known')
    const { clientOrderId, market, kind, side, reduceOnly, timeInForce, replaces, tags, edgeBps } = record.request
    const left = record.request.size.minus(record.filledSize)
    const intent: Intent = {
      tags,
      edgeBps,
      ...change,
      market: market.name,
      kind,
      side,
      reduceOnly,
      price: change.price ?? record.request.price,
      size: change.size ?? left,
      timeInForce: 'alo',
    }
    if (record.status === 'pending') {
      const queued = queue.remove(clientOrderId)
      if (queued === undefined) return notModifiable('being signed')
      // It has not left, so there is nothing to replace but what it was to replace itself.
      dispatch.deny(queued, 'CANCELED_BEFORE_SENT', 'modified while it was queued')
      return submit({ ...intent, timeInForce }, replaces)
    }
    if (!MODIFIABLE.has(record.status) || record.isCancelRequested) return notModifiable(record.status)
    if (left.lte(ZERO)) return notModifiable('filled')
    const next = successor(record)
    return next === undefined ? submit(intent, clientOrderId) : notModifiable(`being replaced by ${next}`)
  }
}

function notModifiable(value: string): Submission {
  const reason = 'NOT_MODIFIABLE'
  return { status: 'denied', reason, benign: DENIED_REASONS[reason].benign, limit: 'an order at rest', value }
}
