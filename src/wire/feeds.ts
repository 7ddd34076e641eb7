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
import type { BestPrices, MarketContext } from '../model/prices.js'
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

export function parseActiveAssetCtx(data: unknown): MarketContext | undefined {
  if (!isObject(data) || !isObject(data['ctx'])) return undefined
  const { markPx, oraclePx, midPx, openInterest } = data['ctx']
  const context = complete({ market: stringOf(data['coin']), markPrice: plausible(markPx) })
  return (
    context && {
      ...context,
      oraclePrice: plausible(oraclePx),
      midPrice: plausible(midPx),
      openInterest: quantity(openInterest),
    }
  )
}

export function parseBbo(data: unknown): BestPrices | undefined {
  if (!isObject(data) || !Array.isArray(data['bbo'])) return undefined
  const [bid, ask, ...more] = (data['bbo'] as readonly unknown[]).map(sideOfBook)
  const prices = complete({ market: stringOf(data['coin']), time: integerOf(data['time']), bid, ask })
  if (prices === undefined || more.length > 0) return undefined
  return { ...prices, bid: prices.bid ?? undefined, ask: prices.ask ?? undefined }
}

/** The market that a frame is about, also when nothing else in it can be read. */
export const coinOf = (data: unknown): string | undefined => (isObject(data) ? stringOf(data['coin']) : undefined)

/** `null` is what the venue says of a side without orders; anything else that is no price is nothing it says. */
function sideOfBook(level: unknown): Decimal | null | undefined {
  return level === null ? null : isObject(level) ? plausible(level['px']) : undefined
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

/** No market of the venue has a price with this many digits; one that is told of is a mistake. */
const MAX_PRICE_EXPONENT = 12

function plausible(price: unknown): Decimal | undefined {
  const number = positive(price)
  return number !== undefined && number.e < MAX_PRICE_EXPONENT ? number : undefined
}

function quantity(value: unknown): Decimal | undefined {
  const number = decimalFromVenue(value)
  return number?.gte(ZERO) ? number : undefined
}

function positive(value: unknown): Decimal | undefined {
  const number = decimalFromVenue(value)
  return number?.gt(ZERO) ? number : undefined
}
