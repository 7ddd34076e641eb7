/**
 * Cancelling by order id and by client order id. Each entry answers for itself.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { finish } from './order-life.js'
import type { SimAccount, SimOrder, Venue } from './state.js'
import { missingOrder } from './words.js'

type CancelAnswer = 'success' | { readonly error: string }

/** @param asset must be the market of the order, or there is no such order */
export function cancelOrder(venue: Venue, account: SimAccount, asset: number, id: number | string): CancelAnswer {
  const order = findResting(venue, account, id)
  if (order === undefined || order.market.assetId !== asset) return { error: missingOrder(asset) }
  finish(venue, order, 'canceled')
  return 'success'
}

/** The resting order of that id. A client order id means its newest order. */
export function findResting(venue: Venue, account: SimAccount, id: number | string): SimOrder | undefined {
  const order = venue.orders.of(account, id)
  return order?.level === undefined ? undefined : order
}

export function cancelAll(venue: Venue, orders: readonly SimOrder[], status: string): void {
  for (const order of orders) finish(venue, order, status)
}
