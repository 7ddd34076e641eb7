/** From a batch to the venue's action. */
import type { Batch } from '../control/batch-queue.js'
import type { OrderLedger } from '../control/order-ledger.js'
import type { ClientOrderId } from '../model/ids.js'
import type { OrderRequest } from '../model/order.js'
import {
  type Action,
  batchModifyAction,
  cancelAction,
  cancelByCloidAction,
  type OrderSpec,
  orderAction,
} from '../wire/actions.js'

/** @throws {RangeError} when an order cannot be spelled */
export function actionOf(batch: Batch, orders: Pick<OrderLedger, 'get'>): Action {
  if (batch.lane === 'cancel') return cancelOf(batch.cancels)
  const replacements = batch.orders.flatMap(({ request }) =>
    request.replaces === undefined ? [] : [{ target: targetOf(request.replaces, orders), order: specOf(request) }],
  )
  // A batch holds one kind of action, so these are all of it or none. Never placed when the old order is gone, which
  // after a fill would be twice the exposure.
  return replacements.length > 0
    ? batchModifyAction(replacements)
    : orderAction(batch.orders.map(({ request }) => specOf(request)))
}

function cancelOf(cancels: Extract<Batch, { lane: 'cancel' }>['cancels']): Action {
  const ours = cancels.flatMap(({ assetId, clientOrderId }) => (clientOrderId ? [{ assetId, clientOrderId }] : []))
  // Every order we place is a limit order, for which the fast lane is open; of a foreign one we do not know.
  if (ours.length > 0) return cancelByCloidAction(ours, { fast: true })
  return cancelAction(cancels.flatMap(({ assetId, orderId }) => (orderId === undefined ? [] : [{ assetId, orderId }])))
}

/** The key of an order that somebody placed without an id of theirs means nothing to the venue. */
function targetOf(id: ClientOrderId, orders: Pick<OrderLedger, 'get'>): ClientOrderId | number {
  const record = orders.get(id)
  return record?.isExternal ? (record.orderId ?? id) : id
}

function specOf({ market, side, price, size, reduceOnly, timeInForce, clientOrderId }: OrderRequest): OrderSpec {
  return { assetId: market.assetId, side, price, size, reduceOnly, type: { timeInForce }, clientOrderId }
}
