/** From a batch to the venue's action. */
import type { Batch } from '../control/batch-queue.js'
import type { OrderRequest } from '../model/order.js'
import { type Action, cancelAction, cancelByCloidAction, type OrderSpec, orderAction } from '../wire/actions.js'

/** @throws {RangeError} when an order cannot be spelled */
export function actionOf(batch: Batch): Action {
  if (batch.lane !== 'cancel') return orderAction(batch.orders.map(({ request }) => specOf(request)))
  const ours = batch.cancels.flatMap(({ assetId, clientOrderId }) =>
    clientOrderId ? [{ assetId, clientOrderId }] : [],
  )
  // Every order we place is a limit order, for which the fast lane is open; of a foreign one we do not know.
  if (ours.length > 0) return cancelByCloidAction(ours, { fast: true })
  return cancelAction(
    batch.cancels.flatMap(({ assetId, orderId }) => (orderId === undefined ? [] : [{ assetId, orderId }])),
  )
}

function specOf({ market, timeInForce, ...order }: OrderRequest): OrderSpec {
  return { ...order, assetId: market.assetId, type: { timeInForce } }
}
