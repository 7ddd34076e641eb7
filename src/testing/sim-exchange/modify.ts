/**
 * Modifying: the old order is cancelled and a new one, with a new id, is placed.
 *
 * Since June 2026 a plain modify only makes quotes: the new order must be post-only, or a Gtc that would not trade,
 * which becomes post-only. With `a` set anything goes, and the new order is placed even when the old one is gone.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { ModifyWire } from './actions.js'
import { findResting } from './cancel.js'
import type { OrderAnswer } from './order-entry.js'
import { finish } from './order-life.js'
import { readOrders } from './order-request.js'
import type { SimAccount, Venue } from './state.js'
import { place } from './triggers.js'
import { actionErrors } from './words.js'

export function modifyOrder(venue: Venue, account: SimAccount, wire: ModifyWire, alwaysPlace: boolean): OrderAnswer {
  const read = readOrders(venue, [wire.order])
  const asked = Array.isArray(read) ? read[0] : undefined
  if (asked === undefined) return { error: 'error' in read ? read.error : actionErrors.modifyInvalid }
  const old = findResting(venue, account, wire.oid)
  const request = { ...asked, builderRate: old?.builderRate }
  if (alwaysPlace) {
    if (old !== undefined) finish(venue, old, 'canceled')
    return place(venue, account, request)
  }
  if (old === undefined) return { error: actionErrors.modifyGone }
  const isQuote = request.trigger === undefined && (request.timeInForce === 'Alo' || request.timeInForce === 'Gtc')
  if (!isQuote || request.market !== old.market || request.isBuy !== old.isBuy) {
    return { error: actionErrors.modifyInvalid }
  }
  finish(venue, old, 'canceled')
  const answer = place(venue, account, { ...request, timeInForce: 'Alo' })
  // The old order is lost with the new one, which is the worse of the two outcomes seen on mainnet.
  return 'error' in answer ? { error: actionErrors.modifyPlacing(answer.error) } : answer
}
