/**
 * One market's order book: price levels in order, each a queue in time.
 *
 * The best level is the last of its array, where levels come and go at no cost; the rest are found by bisection.
 * An order knows its level and its neighbours, so it leaves without a search.
 */
import { type Decimal, ZERO } from '../../model/decimal.js'
import type { SimOrder } from './state.js'

export type Level = {
  readonly isBuy: boolean
  readonly price: Decimal
  size: Decimal
  count: number
  head: SimOrder | undefined
  tail: SimOrder | undefined
}

export type Book = {
  best(isBuy: boolean): Level | undefined
  /** At most `count` levels, best first. */
  levels(isBuy: boolean, count: number): Level[]
  add(order: SimOrder): void
  remove(order: SimOrder): void
  /** Part of a resting order has been filled. Its place in the queue stays. */
  fill(order: SimOrder, size: Decimal): void
  /** Every resting order; for halts and delistings, not for the order path. */
  orders(): SimOrder[]
}

export function createBook(): Book {
  const bids: Level[] = []
  const asks: Level[] = []
  const side = (isBuy: boolean): Level[] => (isBuy ? bids : asks)

  return {
    best: (isBuy) => side(isBuy).at(-1),
    levels: (isBuy, count) => side(isBuy).slice(-count).reverse(),
    add(order) {
      const levels = side(order.isBuy)
      const index = find(levels, order.price, order.isBuy)
      let level = levels[index]
      if (level === undefined || !level.price.eq(order.price)) {
        level = { isBuy: order.isBuy, price: order.price, size: ZERO, count: 0, head: undefined, tail: undefined }
        levels.splice(index, 0, level)
      }
      order.level = level
      order.previous = level.tail
      if (level.tail === undefined) level.head = order
      else level.tail.next = order
      level.tail = order
      level.size = level.size.plus(order.remaining)
      level.count++
    },
    remove(order) {
      const level = order.level
      if (level === undefined) return
      if (order.previous === undefined) level.head = order.next
      else order.previous.next = order.next
      if (order.next === undefined) level.tail = order.previous
      else order.next.previous = order.previous
      order.level = undefined
      order.previous = undefined
      order.next = undefined
      level.size = level.size.minus(order.remaining)
      level.count--
      if (level.count === 0) side(order.isBuy).splice(find(side(order.isBuy), level.price, order.isBuy), 1)
    },
    fill(order, size) {
      order.remaining = order.remaining.minus(size)
      if (order.level !== undefined) order.level.size = order.level.size.minus(size)
    },
    orders() {
      const found: SimOrder[] = []
      for (const level of [...bids, ...asks]) {
        for (let order = level.head; order !== undefined; order = order.next) found.push(order)
      }
      return found
    },
  }
}

/** Where a price stands, or would stand. Bids rise and asks fall towards the end of the array. */
function find(levels: readonly Level[], price: Decimal, isBuy: boolean): number {
  let low = 0
  let high = levels.length
  while (low < high) {
    const middle = (low + high) >> 1
    const order = levels[middle]?.price.cmp(price) ?? 1
    if (isBuy ? order < 0 : order > 0) low = middle + 1
    else high = middle
  }
  return low
}
