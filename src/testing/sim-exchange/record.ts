/**
 * The exact record of what happened, to compare with what a client believes. Values are plain and canonical; nothing
 * in it changes afterwards.
 */

import { address } from '../../model/account.js'
import { toWire, ZERO } from '../../model/decimal.js'
import type { Side } from '../../model/market.js'
import type { Clock } from '../../ports.js'
import type { RecordedFault } from './faults/rules.js'
import { entryPrice } from './positions.js'
import { createRing } from './ring.js'
import type { Fill, SimOrder, Venue } from './state.js'

export type RecordedRequest = {
  /** Unix milliseconds. */
  readonly at: number
  /** `http`, or `ws-1`, `ws-2`, … in the order of connecting. */
  readonly connection: string
  readonly kind: 'action' | 'info' | 'subscribe' | 'unsubscribe' | 'malformed'
  readonly payload: unknown
  /** Whose key signed, of an action; absent while that is not known. */
  readonly signer: string | undefined
  /** What was answered, as far as the exchange is concerned; absent while it has not been. */
  readonly answer: unknown
}

export type RecordedOrder = {
  readonly oid: number
  readonly cloid: string | null
  readonly account: string
  readonly market: string
  readonly side: Side
  readonly price: string
  readonly size: string
  readonly filled: string
  readonly remaining: string
  readonly reduceOnly: boolean
  readonly timeInForce: string
  /** The mark at which it fires, or has fired. */
  readonly triggerPrice: string | null
  /** In the venue's words: `open`, `filled`, `canceled`, `tickRejected`, … */
  readonly status: string
  readonly placedAt: number
  readonly statusAt: number
}

export type RecordedFill = {
  readonly account: string
  readonly market: string
  readonly oid: number
  readonly cloid: string | null
  readonly side: Side
  readonly price: string
  readonly size: string
  readonly fee: string
  readonly closedPnl: string
  readonly direction: string
  readonly isTaker: boolean
  readonly tradeId: number
  readonly at: number
}

export type RecordedPosition = {
  readonly market: string
  /** Positive is long; `"0"` is flat. */
  readonly size: string
  readonly entryPrice: string | null
  readonly leverage: number
  readonly isCross: boolean
}

export type ExchangeRecord = {
  /** Oldest first. */
  readonly requests: readonly RecordedRequest[]
  readonly orders: readonly RecordedOrder[]
  readonly fills: readonly RecordedFill[]
  /** The faults that struck, oldest first. */
  readonly faults: readonly RecordedFault[]
  /** Undefined when the account has never touched the market. */
  position(account: string, market: string): RecordedPosition | undefined
}

export type Recorder = {
  readonly record: ExchangeRecord
  /** Notes a request. Returns what notes its answer. */
  request(
    connection: string,
    kind: RecordedRequest['kind'],
    payload: unknown,
  ): (answer: unknown, signer?: string) => void
  /** Notes a fault that struck. */
  fault(fault: RecordedFault['fault'], connection: string, message: string): void
}

/** Told of every request when it is answered, or when it has come if nothing is to be answered. */
export type RequestListener = (request: RecordedRequest, tookMs: number) => void

type RecorderOptions = {
  readonly venue: Venue
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly limit: number
  readonly onRequest: RequestListener | undefined
}

export function createRecorder({ venue, clock, limit, onRequest }: RecorderOptions): Recorder {
  type Noted = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] }
  const requests = createRing<Noted>(limit)
  const faults = createRing<RecordedFault>(limit)
  return {
    record: {
      get requests() {
        return requests.all().map((noted) => ({ ...noted }))
      },
      get orders() {
        return venue.orders.all().map(recordedOrder)
      },
      get fills() {
        return venue.fills.all().map(recordedFill)
      },
      get faults() {
        return faults.all()
      },
      position: (account, market) => recordedPosition(venue, account, market),
    },
    request(connection, kind, payload) {
      const noted: Noted = { at: clock.now(), connection, kind, payload, signer: undefined, answer: undefined }
      requests.push(noted)
      if (kind !== 'action' && kind !== 'info') onRequest?.({ ...noted }, 0)
      const cameAt = clock.monotonic()
      return (answer, signer) => {
        noted.answer = answer
        noted.signer = signer
        onRequest?.({ ...noted }, clock.monotonic() - cameAt)
      }
    },
    fault(fault, connection, message) {
      faults.push({ at: clock.now(), fault, connection, message })
    },
  }
}

export function recordedOrder(order: SimOrder): RecordedOrder {
  return {
    oid: order.oid,
    cloid: order.cloid,
    account: order.account.address,
    market: order.market.name,
    side: order.isBuy ? 'buy' : 'sell',
    price: toWire(order.price),
    size: toWire(order.originalSize),
    filled: toWire(order.originalSize.minus(order.remaining)),
    remaining: toWire(order.remaining),
    reduceOnly: order.reduceOnly,
    timeInForce: order.timeInForce,
    triggerPrice: order.trigger === undefined ? null : toWire(order.trigger.price),
    status: order.status,
    placedAt: order.placedAt,
    statusAt: order.statusAt,
  }
}

function recordedFill(fill: Fill): RecordedFill {
  return {
    account: fill.account.address,
    market: fill.market.name,
    oid: fill.order.oid,
    cloid: fill.order.cloid,
    side: fill.order.isBuy ? 'buy' : 'sell',
    price: toWire(fill.price),
    size: toWire(fill.size),
    fee: toWire(fill.fee),
    closedPnl: toWire(fill.closedPnl),
    direction: fill.direction,
    isTaker: fill.crossed,
    tradeId: fill.tradeId,
    at: fill.time,
  }
}

export function recordedPosition(venue: Venue, account: string, marketName: string): RecordedPosition | undefined {
  const market = venue.marketsByName.get(marketName)
  if (market === undefined) throw new RangeError(`market: no market named ${JSON.stringify(marketName)}`)
  const slot = venue.accounts.get(address(account, 'account'))?.slots.get(market.assetId)
  if (slot === undefined) return undefined
  return {
    market: market.name,
    size: toWire(slot.size),
    entryPrice: slot.size.eq(ZERO) ? null : toWire(entryPrice(slot)),
    leverage: slot.leverage,
    isCross: slot.isCross,
  }
}
