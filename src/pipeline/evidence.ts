/**
 * From what the venue said to what became of the orders.
 *
 * Three sources tell of the same order (the answer to the request, order updates, fills), in any order, late and more
 * than once. Each is turned into events of the one status table; none is believed beyond what it says.
 */
import type { Change, Evidence as Facts, OrderRecord } from '../control/order-ledger.js'
import { recordOf } from '../control/reconcile.js'
import type { RoundTrip } from '../control/round-trips.js'
import { ZERO } from '../model/decimal.js'
import { type ClientOrderId, externalOrderKey } from '../model/ids.js'
import { isTerminal, type OrderEvent, type OrderRequest } from '../model/order.js'
import {
  coinOf,
  type Fill,
  type OrderUpdate,
  type Parsed,
  parseActiveAssetCtx,
  parseBbo,
  parseOrderUpdates,
  parseUserFills,
} from '../wire/feeds.js'
import type { VenueOrder } from '../wire/info.js'
import { classifyRefusal } from '../wire/refusals.js'
import type { OrderReply } from '../wire/replies.js'
import { classifyStatus, rejectedReasonOf } from '../wire/statuses.js'
import type { Parts } from './parts.js'
import type { Settlement } from './settlement.js'
import { viewOf } from './views.js'

export type Evidence = {
  /** One entry of the answer to an order request. */
  orderReply(request: OrderRequest, reply: OrderReply): void
  /** Applies an event and looks at what it settles. */
  apply(id: ClientOrderId, event: OrderEvent, facts?: Facts): void
  onOrderUpdates(data: unknown): void
  onUserFills(data: unknown): void
  /** Fills from the venue's own list, oldest first. */
  fills(list: Parsed<Fill>): void
  onAssetContext(data: unknown): void
  onBestPrices(data: unknown): void
  /** Takes in an open order as the venue lists it: proof that one of ours lives, or one that we did not place. */
  listed(order: VenueOrder): void
  /** What a lookup by id found. */
  orderStatus(id: ClientOrderId, update: OrderUpdate): void
}

type EvidenceParts = Pick<
  Parts,
  'orders' | 'bookFill' | 'marketData' | 'emitter' | 'clock' | 'market' | 'logger' | 'externalOrders' | 'fault'
>

export type EvidenceHooks = {
  /** An order whose cancel is wanted turned out to be alive. */
  onCancelStillWanted(id: ClientOrderId): void
  onMismatch(market: string): void
  /** A fill that is news, before anybody is told of it. Answers with the round trip that it ends. */
  onNews(fill: Fill): RoundTrip | undefined
  /** An order that is not ours, and that nobody wants here. */
  onUnwanted(id: ClientOrderId): void
}

export function createEvidence(parts: EvidenceParts, settlement: Settlement, hooks: EvidenceHooks): Evidence {
  const { orders, bookFill, marketData, emitter, clock, market, logger, externalOrders, fault } = parts

  function conclude(change: Change | undefined): void {
    if (change === undefined) return
    if (change.status === 'conflict') {
      const detail = `${change.from} and then ${change.record.status}`
      logger.warn('evidence contradicts what was known', { clientOrderId: change.record.request.clientOrderId, detail })
      emitter.emit('conflict', { order: viewOf(change.record), detail })
    }
    settlement.review(change.record)
    const { status, isCancelRequested, request } = change.record
    if (change.status === 'changed' && isCancelRequested && (status === 'working' || status === 'partiallyFilled')) {
      hooks.onCancelStillWanted(request.clientOrderId)
    }
  }

  const apply = (id: ClientOrderId, event: OrderEvent, facts?: Facts): void => conclude(orders.apply(id, event, facts))

  function orderReply({ clientOrderId, size, timeInForce }: OrderRequest, reply: OrderReply): void {
    switch (reply.kind) {
      case 'resting':
        apply(clientOrderId, 'acknowledged', { orderId: reply.orderId })
        break
      case 'accepted':
        apply(clientOrderId, 'acknowledged')
        break
      case 'filled': {
        const { orderId, totalSize: filledSize, averagePrice } = reply
        const atTheEnd = { orderId, filledSize, averagePrice, isSizeFinal: true }
        if (filledSize.gte(size)) apply(clientOrderId, 'filled', atTheEnd)
        // What an immediate order did not fill at once is cancelled; any other may still fill.
        else if (timeInForce === 'ioc') apply(clientOrderId, 'canceled', atTheEnd)
        else apply(clientOrderId, 'partiallyFilled', { orderId, filledSize })
        break
      }
      case 'error':
        if (isAmbiguous(reply.message)) apply(clientOrderId, 'lost', { message: reply.message })
        else {
          const reason = classifyRefusal(reply.message)
          apply(clientOrderId, 'rejected', { reason, message: reply.message, isSizeFinal: true })
        }
        break
      case 'unknown':
        emitter.emit('malformed', { source: 'order reply', count: 1 })
        apply(clientOrderId, 'lost')
    }
  }

  function orderStatus(id: ClientOrderId, update: OrderUpdate): void {
    const { orderId, remainingSize, originalSize, status } = update
    const filledSize = originalSize.minus(remainingSize)
    switch (classifyStatus(status)) {
      case 'open':
        apply(id, filledSize.gt(ZERO) ? 'partiallyFilled' : 'acknowledged', { orderId, filledSize })
        break
      case 'filled': {
        // A reduce-only order larger than the position is cut to it: filled for the venue, and not all that was asked for.
        const isWhole = originalSize.gte(orders.get(id)?.request.size ?? originalSize)
        apply(id, isWhole ? 'filled' : 'canceled', { orderId, filledSize: originalSize, isSizeFinal: true })
        break
      }
      case 'canceled':
        // A cancelled order whose rest reads zero does not say how much of it had filled; its fills will.
        apply(id, 'canceled', remainingSize.gt(ZERO) ? { orderId, filledSize, isSizeFinal: true } : { orderId })
        break
      case 'rejected':
        apply(id, 'rejected', { orderId, reason: rejectedReasonOf(status), message: status, isSizeFinal: true })
        break
      case 'unknown':
        emitter.emit('malformed', { source: `order status "${status}"`, count: 1 })
    }
  }

  function adopt(order: VenueOrder): void {
    const itsMarket = market(order.market)
    if (itsMarket === undefined || externalOrders === 'ignore') return
    const clientOrderId = order.clientOrderId ?? externalOrderKey(order.orderId)
    const request: OrderRequest = {
      clientOrderId,
      market: itsMarket,
      kind: 'entry',
      side: order.side,
      size: order.originalSize,
      price: order.limitPrice,
      markPrice: marketData.mark(order.market, clock.monotonic()),
      timeInForce: 'gtc',
      reduceOnly: order.reduceOnly,
    }
    const filledBefore = order.originalSize.minus(order.remainingSize)
    // In one step with its id: by that alone it can be cancelled, also after a crash in the next instant.
    orders.register(request, { status: 'working', isExternal: true, filledBefore, orderId: order.orderId })
    apply(clientOrderId, 'acknowledged')
    if (externalOrders === 'cancel') hooks.onUnwanted(clientOrderId)
  }

  function listed(order: VenueOrder): void {
    const record = recordOf(orders, order)
    if (record === undefined) {
      adopt(order)
      return
    }
    const { status, orderId, filledSize, request } = record
    const isDoubted = status === 'inFlight' || status === 'unknown' || orderId === undefined
    const isNews = isDoubted || order.originalSize.minus(order.remainingSize).gt(filledSize)
    if (isNews && !isTerminal(status)) orderStatus(request.clientOrderId, { ...order, status: 'open', statusAt: 0 })
  }

  /** An order of ours in a market that we did not send it to: an id was wrong, and so may be every other. */
  function isElsewhere({ request }: OrderRecord, told: string): boolean {
    if (request.market.name === told) return false
    const why = new Error(`it was sent to ${request.market.name} and is in ${told}`)
    fault(`order ${request.clientOrderId} is in another market`, why)
    return true
  }

  function onUpdate(update: OrderUpdate): void {
    const record = (update.clientOrderId && orders.get(update.clientOrderId)) ?? orders.get(update.orderId)
    if (record !== undefined) {
      if (!isElsewhere(record, update.market)) orderStatus(record.request.clientOrderId, update)
    } else if (classifyStatus(update.status) === 'open' && update.limitPrice !== undefined) {
      const { limitPrice, reduceOnly = false, statusAt } = update
      adopt({ ...update, limitPrice, reduceOnly, placedAt: statusAt })
    }
  }

  function onFill(fill: Fill): void {
    const known = (fill.clientOrderId && orders.get(fill.clientOrderId)) ?? orders.get(fill.orderId)
    // It is our position all the same, in the market where it was.
    const record = known === undefined || isElsewhere(known, fill.market) ? undefined : known
    const { position: result, order } = bookFill(fill, record?.request.clientOrderId)
    if (result.status === 'duplicate') return
    // A fill from before we were here, of an order we never knew, is history and not news.
    const isNews = record !== undefined || result.status === 'booked'
    const trip = isNews ? hooks.onNews(fill) : undefined
    conclude(order)
    if (isNews) emitter.emit('fill', fill)
    if (trip !== undefined) {
      const { clientOrderId = fill.clientOrderId, tags } = record?.request ?? {}
      emitter.emit('positionClosed', { ...trip, orderId: fill.orderId, clientOrderId, tags })
    }
    if (result.status === 'booked' && result.mismatch !== undefined) {
      logger.warn('our position and the venue’s differ', { market: fill.market })
      emitter.emit('mismatch', { market: fill.market, ...result.mismatch })
      hooks.onMismatch(fill.market)
    }
  }

  function fills({ items, malformed }: Parsed<Fill>): void {
    for (const fill of items) onFill(fill)
    tellMalformed('userFills', malformed)
  }

  function tellMalformed(source: string, count: number): void {
    if (count > 0) emitter.emit('malformed', { source, count })
  }

  function unreadable(data: unknown, what: 'context' | 'book', feed: string): void {
    const name = coinOf(data)
    if (name !== undefined) marketData.unreadable(name, what)
    tellMalformed(feed, 1)
  }

  return {
    apply,
    orderReply,
    orderStatus,
    listed,
    onOrderUpdates(data) {
      const { items, malformed } = parseOrderUpdates(data)
      for (const update of items) onUpdate(update)
      tellMalformed('orderUpdates', malformed)
    },
    onUserFills: (data) => fills(parseUserFills(data)),
    fills,
    onAssetContext(data) {
      const context = parseActiveAssetCtx(data)
      if (context === undefined) unreadable(data, 'context', 'activeAssetCtx')
      else marketData.update(context, clock.monotonic())
    },
    onBestPrices(data) {
      const prices = parseBbo(data)
      if (prices === undefined) unreadable(data, 'book', 'bbo')
      else marketData.updateBook(prices, clock.monotonic())
    },
  }
}

/**
 * Words after which the order may exist all the same: the venue names no cause, knows the client order id already, or has
 * seen the nonce before, in which case this copy did nothing and another one may have.
 */
function isAmbiguous(message: string): boolean {
  const text = message.toLowerCase()
  return text.startsWith('unexpected error') || text.includes('cloid') || text.includes('duplicate nonce')
}
