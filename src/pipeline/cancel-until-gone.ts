/**
 * Cancels, until the orders are gone: a cancel can find its lane full, its answer can be lost, and an order can turn up late.
 *
 * Exits, which end by themselves and in the right direction, are waited for and not cancelled.
 */
import type { OrderRecord } from '../control/order-ledger.js'
import type { ClientOrderId } from '../model/ids.js'
import type { OrderRequest, OrderStatus } from '../model/order.js'
import type { Parts } from './parts.js'
import type { Submit } from './submit.js'
import type { Until } from './until.js'

/** Whether none of these orders is left, and all their fills are booked, before it is given up. */
export type CancelUntilGone = (which: (order: OrderRecord) => boolean, isGivenUp: () => boolean) => Promise<boolean>

export type CancelUntilGoneParts = {
  readonly parts: Pick<Parts, 'clock' | 'orders'>
  readonly submit: Pick<Submit, 'cancel'>
  readonly until: Until
}

/** After which a cancel that did not get through is asked for again. */
const AGAIN_MS = 500

export const RESTING: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['working', 'partiallyFilled'])

/** Ends by itself, and in the right direction. */
export const isExit = ({ reduceOnly, timeInForce }: OrderRequest): boolean => reduceOnly && timeInForce === 'ioc'

export function createCancelUntilGone({ parts, submit, until }: CancelUntilGoneParts): CancelUntilGone {
  const { clock, orders } = parts

  function areGone(which: (order: OrderRecord) => boolean): boolean {
    for (const order of orders.open()) if (which(order)) return false
    return true
  }

  return async (which, isGivenUp) => {
    const asked = new Set<ClientOrderId>()
    while (!isGivenUp()) {
      for (const order of [...orders.open()].filter(which)) {
        const { clientOrderId } = order.request
        if (isExit(order.request)) continue
        if (!asked.has(clientOrderId) || RESTING.has(order.status)) void submit.cancel(clientOrderId)
        asked.add(clientOrderId)
      }
      await until.holds(() => areGone(which) || isGivenUp(), clock.monotonic() + AGAIN_MS)
      if (areGone(which)) return true
    }
    return false
  }
}
