/**
 * The steps of an order's life and the bookkeeping that belongs to each: resting, part filled, done.
 */
import { type Decimal, ZERO } from '../../model/decimal.js'
import { slotOf } from './accounts.js'
import type { RestingSum, SimOrder, Slot, Venue } from './state.js'

/** In the book, or waiting outside it. */
export const isOpen = (order: SimOrder): boolean => order.level !== undefined || order.waitsFor !== undefined

/** The order takes its place in the book. */
export function rest(venue: Venue, order: SimOrder): void {
  order.market.book.add(order)
  order.account.openOrders.set(order.oid, order)
  reserve(order, order.remaining)
  if (order.reduceOnly) slotOf(order.account, order.market).reduceOnly.add(order)
  venue.notices.books.add(order.market)
  changeStatus(venue, order, 'open')
}

/** Part of an order has been filled, wherever it is. A resting order gives back what it had reserved. */
export function reduce(venue: Venue, order: SimOrder, size: Decimal): void {
  const wasResting = order.level !== undefined
  order.market.book.fill(order, size)
  if (!wasResting) return
  reserve(order, size.neg())
  venue.notices.books.add(order.market)
  if (order.remaining.gt(ZERO)) changeStatus(venue, order, 'open')
}

/** The order waits outside the book for the mark to reach its trigger. It ties up no margin there. */
export function hold(venue: Venue, order: SimOrder): void {
  order.waitsFor = 'trigger'
  order.market.triggers.add(order)
  order.account.openOrders.set(order.oid, order)
  if (order.reduceOnly) slotOf(order.account, order.market).triggers.add(order)
  changeStatus(venue, order, 'open')
}

/** The mark has reached the trigger. What comes of the order is told after it. */
export function release(venue: Venue, order: SimOrder): void {
  letGo(order)
  changeStatus(venue, order, 'triggered')
}

function letGo(order: SimOrder): void {
  order.waitsFor = undefined
  order.market.triggers.remove(order)
  order.account.openOrders.delete(order.oid)
  slotOf(order.account, order.market).triggers.delete(order)
}

/** The order is over: filled, cancelled or refused. */
export function finish(venue: Venue, order: SimOrder, status: string): void {
  if (order.level !== undefined) {
    reserve(order, order.remaining.neg())
    if (order.reduceOnly) slotOf(order.account, order.market).reduceOnly.delete(order)
    order.market.book.remove(order)
    order.account.openOrders.delete(order.oid)
    venue.notices.books.add(order.market)
  } else if (order.waitsFor !== undefined) {
    letGo(order)
  }
  changeStatus(venue, order, status)
  venue.orders.retire(order)
  order.group?.onEnd(order)
}

function changeStatus(venue: Venue, order: SimOrder, status: string): void {
  order.status = status
  order.statusAt = venue.now()
  if (order.account.isHouse) return
  const line = { order, status, statusAt: order.statusAt, remaining: order.remaining }
  order.account.history.push(line)
  venue.notices.orders.push(line)
  venue.notices.accounts.add(order.account)
}

export function restingSum(slot: Slot, isBuy: boolean): RestingSum {
  return isBuy ? slot.resting.buy : slot.resting.sell
}

/** Changes what a side reserves. A reduce-only order needs no margin, and the house has no end of it. */
function reserve(order: SimOrder, size: Decimal): void {
  if (order.reduceOnly || order.account.isHouse) return
  const sum = restingSum(slotOf(order.account, order.market), order.isBuy)
  sum.size = sum.size.plus(size)
  sum.value = sum.value.plus(size.times(order.price))
}
