/**
 * Cancelling by order id and by client order id. Each entry answers for itself.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { finish, isOpen } from './order-life.js'
import type { SimAccount, SimOrder, Venue } from './state.js'
import { fastCancelOfTrigger, missingOrder } from './words.js'

type CancelAnswer = 'success' | { readonly error: string }

/**
 * @param asset must be the market of the order, or there is no such order
 * @param isFast the fast lane is closed to orders that wait for a trigger
 */
export function cancelOrder(
  venue: Venue,
  account: SimAccount,
  asset: number,
  id: number | string,
  isFast: boolean,
): CancelAnswer {
  const order = findResting(venue, account, id)
  if (order === undefined || order.market.assetId !== asset) return { error: missingOrder(asset) }
  if (isFast && order.waitsFor !== undefined) return { error: fastCancelOfTrigger(asset) }
  finish(venue, order, 'canceled')
  return 'success'
}

/** The open order of that id, in the book or waiting. A client order id means its newest order. */
export function findResting(venue: Venue, account: SimAccount, id: number | string): SimOrder | undefined {
  const order = venue.orders.of(account, id)
  return order !== undefined && isOpen(order) ? order : undefined
}

export function cancelAll(venue: Venue, orders: readonly SimOrder[], status: string): void {
  // The end of one may have been the end of another: a bracket goes with its parent.
  for (const order of orders) if (isOpen(order)) finish(venue, order, status)
}
