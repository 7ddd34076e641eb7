/**
 * A batch of orders, alone or in a TP/SL group.
 *
 * In `normalTpsl` the first order is the parent and the others its take-profit and stop: they wait, without an id in
 * the answer, until the parent is filled in full or as far as its margin goes, and go with it when it is cancelled,
 * however much of it was filled.
 * In `positionTpsl` all protect the position there is, the whole of it when their size is zero.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/take-profit-and-stop-loss-orders-tp-sl
 */
import { type Decimal, decimal, ZERO } from '../../model/decimal.js'
import type { Action } from './actions.js'
import { createOrder, enter, type OrderAnswer } from './order-entry.js'
import { builderRate, priorityError, priorityFee } from './order-extras.js'
import { finish, isOpen } from './order-life.js'
import { type OrderRequest, readOrders } from './order-request.js'
import type { OrderGroup, SimAccount, SimOrder, Venue } from './state.js'
import { arm, place } from './triggers.js'
import { actionErrors, batchErrors } from './words.js'

type OrderAction = Extract<Action, { type: 'order' }>
type Status = OrderAnswer | 'waitingForFill' | 'waitingForTrigger'

/** The statuses of a batch, or the text that refuses the action. */
export function placeBatch(venue: Venue, account: SimAccount, action: OrderAction): readonly Status[] | string {
  const { orders, grouping, builder } = action
  if (orders.length === 0) return actionErrors.emptyBatch
  const rate = builder && builderRate(account, builder)
  if (rate !== undefined && 'error' in rate) return [rate]
  const read = readOrders(venue, orders, grouping)
  if (!Array.isArray(read)) return [read]
  const requests = rate === undefined ? read : read.map((request) => ({ ...request, builderRate: rate }))
  if (typeof grouping === 'object') return placeWithPriority(venue, account, requests, grouping.p)
  if (grouping === 'na') return requests.map((request) => place(venue, account, request))

  const error = groupError(requests, grouping)
  if (error !== undefined) return [{ error }]
  return grouping === 'positionTpsl'
    ? protectPosition(venue, account, requests)
    : placeBracket(venue, account, requests)
}

function placeWithPriority(
  venue: Venue,
  account: SimAccount,
  requests: readonly OrderRequest[],
  rate: number,
): readonly Status[] | string {
  const error = priorityError(account, requests, rate)
  if (error !== undefined) return error
  return requests.map((request) => {
    const answer = place(venue, account, request)
    account.priorityFunds = account.priorityFunds.minus(priorityFee(paidFor(request, answer), rate))
    return answer
  })
}

/** The value that priority is paid for: what was filled at once, or what rests. */
function paidFor({ size, price }: OrderRequest, answer: OrderAnswer): Decimal {
  if ('error' in answer) return ZERO
  if ('resting' in answer) return size.times(price)
  return decimal(answer.filled.totalSz, 'totalSz').times(answer.filled.avgPx)
}

/** What makes a group of orders no TP/SL group. It stands for the whole batch. */
function groupError(requests: readonly OrderRequest[], kind: OrderGroup['kind']): string | undefined {
  const [first] = requests
  const children = kind === 'normalTpsl' ? requests.slice(1) : requests
  if (kind === 'normalTpsl' && first?.trigger !== undefined) {
    return batchErrors.notSimulated('A bracket whose parent has a trigger is')
  }
  const childSide = kind === 'normalTpsl' ? first?.isBuy === false : first?.isBuy
  for (const { market, trigger, reduceOnly, isBuy } of children) {
    if (trigger === undefined || market !== first?.market) {
      return batchErrors.notSimulated('A TP/SL group with anything but triggers of one market is')
    }
    if (!reduceOnly) return batchErrors.triggerNotReduceOnly
    if (isBuy !== childSide) return batchErrors.triggerSide
  }
  return undefined
}

function protectPosition(venue: Venue, account: SimAccount, requests: readonly OrderRequest[]): Status[] {
  const children = requests.map((request) => createOrder(venue, account, request))
  join(venue, { kind: 'positionTpsl', parent: undefined, children })
  return children.map((child) => armed(venue, child))
}

function placeBracket(venue: Venue, account: SimAccount, requests: readonly OrderRequest[]): Status[] {
  const [parent, ...children] = requests.map((request) => createOrder(venue, account, request))
  if (parent === undefined) return []
  const errors = new Map<SimOrder, Status>()
  for (const child of children) child.waitsFor = 'fill'
  join(venue, { kind: 'normalTpsl', parent, children }, (child) => errors.set(child, armed(venue, child)))
  const answer = enter(venue, parent)
  return [
    answer,
    ...children.map((child): Status => ('error' in answer ? answer : (errors.get(child) ?? 'waitingForFill'))),
  ]
}

function armed(venue: Venue, child: SimOrder): Status {
  return (child.trigger && arm(venue, child, child.trigger)) ?? 'waitingForTrigger'
}

/** Ties orders together: what the end of one means for the others. */
function join(
  venue: Venue,
  { kind, parent, children }: Omit<OrderGroup, 'onEnd'>,
  onParentFilled: (child: SimOrder) => void = () => {},
): void {
  const onEnd = (order: SimOrder): void => {
    if (order === parent) {
      for (const child of children.filter((one) => one.waitsFor === 'fill')) {
        if (isDone(order)) onParentFilled(child)
        else finish(venue, child, 'canceled')
      }
    } else if (order.status === 'filled' || isPartFilledMarket(order)) {
      for (const sibling of children) {
        if (sibling !== order && isOpen(sibling)) finish(venue, sibling, 'siblingFilledCanceled')
      }
    }
  }
  const group: OrderGroup = { kind, parent, children, onEnd }
  for (const order of [...(parent === undefined ? [] : [parent]), ...children]) order.group = group
}

/** Filled in full, or as far as its margin went. */
const isDone = ({ status, originalSize, remaining }: SimOrder): boolean =>
  status === 'filled' || (status === 'marginCanceled' && originalSize.gt(remaining))

/** A market order that found too little in the book has done its work all the same: the rest is unprotected. */
const isPartFilledMarket = ({ timeInForce, originalSize, remaining }: SimOrder): boolean =>
  timeInForce === 'FrontendMarket' && originalSize.gt(remaining)
