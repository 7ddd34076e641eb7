/**
 * The orders of one market that wait for the mark, found by the price at which they fire.
 *
 * As in a book the price that is reached first is the last of its array, so firing costs nothing and everything else
 * a bisection, however many wait.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/take-profit-and-stop-loss-orders-tp-sl
 */
import type { Decimal } from '../../model/decimal.js'
import type { SimOrder, Trigger } from './state.js'

export type TriggerIndex = {
  add(order: SimOrder): void
  remove(order: SimOrder): void
  /** The order that a mark fires next: by trigger price, and by age among those of one price. */
  next(mark: Decimal): SimOrder | undefined
  /** Every waiting order; for halts and delistings, not for the order path. */
  orders(): SimOrder[]
}

type Entry = { readonly price: Decimal; readonly orders: Set<SimOrder> }

/** A take-profit that sells and a stop that buys wait for the mark to rise, the other two for it to fall. */
export const firesAbove = (trigger: Pick<Trigger, 'kind'>, isBuy: boolean): boolean => (trigger.kind === 'tp') !== isBuy

/** Whether a mark has reached the trigger price. */
export function isReached(trigger: Pick<Trigger, 'kind' | 'price'>, isBuy: boolean, mark: Decimal): boolean {
  return firesAbove(trigger, isBuy) ? mark.gte(trigger.price) : mark.lte(trigger.price)
}

export function createTriggerIndex(): TriggerIndex {
  /** Falls towards its end: a rising mark reaches the lowest first. */
  const above: Entry[] = []
  /** Rises towards its end. */
  const below: Entry[] = []

  /** The side an order waits on, and where its price stands there, or would stand. */
  function place(order: SimOrder): { side: Entry[]; index: number; price: Decimal } | undefined {
    if (order.trigger === undefined) return undefined
    const { price } = order.trigger
    const isAbove = firesAbove(order.trigger, order.isBuy)
    const side = isAbove ? above : below
    let low = 0
    let high = side.length
    while (low < high) {
      const middle = (low + high) >> 1
      const compared = side[middle]?.price.cmp(price) ?? 1
      if (isAbove ? compared > 0 : compared < 0) low = middle + 1
      else high = middle
    }
    return { side, index: low, price }
  }

  return {
    add(order) {
      const found = place(order)
      if (found === undefined) return
      const { side, index, price } = found
      const entry = side[index]
      if (entry?.price.eq(price)) entry.orders.add(order)
      else side.splice(index, 0, { price, orders: new Set([order]) })
    },
    remove(order) {
      const found = place(order)
      const entry = found?.side[found.index]
      if (found === undefined || entry === undefined || !entry.orders.delete(order)) return
      if (entry.orders.size === 0) found.side.splice(found.index, 1)
    },
    next(mark) {
      const rising = above.at(-1)
      if (rising?.price.lte(mark)) return oldest(rising)
      const falling = below.at(-1)
      return falling?.price.gte(mark) ? oldest(falling) : undefined
    },
    orders: () => [...above, ...below].flatMap((entry) => [...entry.orders]),
  }
}

function oldest(entry: Entry): SimOrder | undefined {
  const [first] = entry.orders
  return first
}
