/**
 * The feeds an executor listens to, read without ever throwing.
 *
 * A malformed element is skipped and counted, never fatal: the other fills in the same frame are real money.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
 */
import { type Decimal, decimalFromVenue, ZERO } from '../model/decimal.js'
import { type ClientOrderId, isClientOrderId } from '../model/ids.js'
import type { Side } from '../model/market.js'
import { complete, integerOf, isObject, type JsonObject, stringOf } from './json.js'

export type Parsed<T> = { readonly items: readonly T[]; readonly malformed: number }

export type OrderUpdate = {
  readonly market: string
  readonly side: Side
  readonly orderId: number
  readonly clientOrderId?: ClientOrderId | undefined
  readonly limitPrice?: Decimal | undefined
  /** What is left to fill, not what was filled. */
  readonly remainingSize: Decimal
  readonly originalSize: Decimal
  readonly reduceOnly?: boolean | undefined
  /** The venue's own word; see `classifyStatus`. */
  readonly status: string
  readonly statusAt: number
}

export type Fill = {
  readonly market: string
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  readonly time: number
  readonly orderId: number
  readonly clientOrderId?: ClientOrderId | undefined
  /** Identity of a fill, together with its market. Both legs of one trade share it. */
  readonly tradeId: number
  /** Signed position before this fill, when the venue says so. */
  readonly startPosition?: Decimal | undefined
  readonly closedPnl: Decimal
  /** What was paid, builder fee included; negative is a rebate. In the dex's collateral. */
  readonly fee: Decimal
  readonly crossed: boolean
}

export type Fills = Parsed<Fill> & { readonly isSnapshot: boolean }

export type AssetContext = {
  readonly market: string
  readonly markPrice: Decimal
  readonly oraclePrice?: Decimal | undefined
  readonly midPrice?: Decimal | undefined
}

/** One object or a list of them; both have been seen. */
export function parseOrderUpdates(data: unknown): Parsed<OrderUpdate> {
  return collect(Array.isArray(data) ? data : [data], parseOrderUpdate)
}

export function parseUserFills(data: unknown): Fills {
  if (!isObject(data) || !Array.isArray(data['fills'])) return { items: [], malformed: 1, isSnapshot: false }
  const { items, malformed } = collect(data['fills'], parseFill)
  return { items: oldestFirst(items), malformed, isSnapshot: data['isSnapshot'] === true }
}

/** A snapshot lists the newest first, an update does not; what follows from a fill depends on those before it. */
function oldestFirst(fills: readonly Fill[]): readonly Fill[] {
  const isNewestFirst = (fills[0]?.time ?? 0) > (fills.at(-1)?.time ?? 0)
  return (isNewestFirst ? [...fills].reverse() : [...fills]).sort((a, b) => a.time - b.time)
}

export function parseActiveAssetCtx(data: unknown): AssetContext | undefined {
  if (!isObject(data) || !isObject(data['ctx'])) return undefined
  const { markPx, oraclePx, midPx } = data['ctx']
  const context = complete({ market: stringOf(data['coin']), markPrice: positive(markPx) })
  return context && { ...context, oraclePrice: positive(oraclePx), midPrice: positive(midPx) }
}

export function parseFill(value: unknown): Fill | undefined {
  if (!isObject(value)) return undefined
  const fill = complete({
    market: stringOf(value['coin']),
    side: sideOf(value['side']),
    price: positive(value['px']),
    size: positive(value['sz']),
    time: integerOf(value['time']),
    orderId: integerOf(value['oid']),
    tradeId: integerOf(value['tid']),
  })
  return (
    fill && {
      ...fill,
      clientOrderId: cloidOf(value),
      startPosition: decimalFromVenue(value['startPosition']),
      closedPnl: decimalFromVenue(value['closedPnl']) ?? ZERO,
      fee: decimalFromVenue(value['fee']) ?? ZERO,
      crossed: value['crossed'] === true,
    }
  )
}

export function parseOrderUpdate(value: unknown): OrderUpdate | undefined {
  if (!isObject(value) || !isObject(value['order'])) return undefined
  const { order } = value
  const update = complete({
    market: stringOf(order['coin']),
    side: sideOf(order['side']),
    orderId: integerOf(order['oid']),
    remainingSize: decimalFromVenue(order['sz']),
    originalSize: decimalFromVenue(order['origSz']),
    status: stringOf(value['status']),
  })
  return (
    update && {
      ...update,
      statusAt: integerOf(value['statusTimestamp']) ?? integerOf(order['timestamp']) ?? 0,
      clientOrderId: cloidOf(order),
      limitPrice: decimalFromVenue(order['limitPx'] ?? order['px']),
      reduceOnly: typeof order['reduceOnly'] === 'boolean' ? order['reduceOnly'] : undefined,
    }
  )
}

export function collect<T>(values: readonly unknown[], parse: (value: unknown) => T | undefined): Parsed<T> {
  const items: T[] = []
  for (const value of values) {
    const item = parse(value)
    if (item !== undefined) items.push(item)
  }
  return { items, malformed: values.length - items.length }
}

export function sideOf(value: unknown): Side | undefined {
  return value === 'B' ? 'buy' : value === 'A' ? 'sell' : undefined
}

export function cloidOf(value: JsonObject): ClientOrderId | undefined {
  return isClientOrderId(value['cloid']) ? value['cloid'] : undefined
}

function positive(value: unknown): Decimal | undefined {
  const number = decimalFromVenue(value)
  return number?.gt(ZERO) ? number : undefined
}
