/**
 * The questions an executor asks of `/info`, and how their answers are read.
 *
 * A question about an account always names the account, never the agent, and one dex: without the dex the venue
 * silently answers for the validator dex. An answer that cannot be read in full is `undefined`, since half a list
 * of positions looks just like being flat.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import type { Address } from '../model/account.js'
import { type Decimal, decimalFromVenue, ZERO } from '../model/decimal.js'
import type { ClientOrderId } from '../model/ids.js'
import type { MarginMode, Side } from '../model/market.js'
import { cloidOf, type OrderUpdate, parseOrderUpdate, sideOf } from './feeds.js'
import { integerOf, isObject, stringOf } from './json.js'

export type InfoRequest = { readonly type: string; readonly [key: string]: string | number }

export const perpDexsRequest = (): InfoRequest => ({ type: 'perpDexs' })
export const metaRequest = (dex: string): InfoRequest => ({ type: 'meta', ...dexField(dex) })
export const exchangeStatusRequest = (): InfoRequest => ({ type: 'exchangeStatus' })
export const clearinghouseStateRequest = (user: Address, dex: string): InfoRequest => ({
  type: 'clearinghouseState',
  user,
  ...dexField(dex),
})
export const openOrdersRequest = (user: Address, dex: string): InfoRequest => ({
  type: 'frontendOpenOrders',
  user,
  ...dexField(dex),
})

export const orderStatusRequest = (user: Address, id: ClientOrderId | number): InfoRequest => ({
  type: 'orderStatus',
  user,
  oid: id,
})

/** The validator dex is asked for by saying nothing. */
const dexField = (dex: string): { dex?: string } => (dex === '' ? {} : { dex })

/**
 * Names by dex index. Index 0 is the validator dex, which the venue lists as null and we call the empty string;
 * without it every index, and with it every asset id, would be off by one.
 */
export function parsePerpDexs(answer: unknown): readonly string[] | undefined {
  if (!Array.isArray(answer) || answer[0] !== null) return undefined
  const names = ['']
  for (const dex of answer.slice(1) as unknown[]) {
    const name = isObject(dex) ? stringOf(dex['name']) : undefined
    if (!name) return undefined
    names.push(name)
  }
  return names
}

export type MetaAsset = {
  readonly name: string
  readonly szDecimals: number
  readonly maxLeverage: number
  readonly marginMode: MarginMode
  readonly isDelisted: boolean
}

export type Meta = { readonly universe: readonly MetaAsset[]; readonly collateralToken: number }

/** The markets of one dex. Every slot counts, delisted ones too: the position in this list is part of the asset id. */
export function parseMeta(answer: unknown): Meta | undefined {
  if (!isObject(answer) || !Array.isArray(answer['universe'])) return undefined
  const universe: MetaAsset[] = []
  for (const value of answer['universe'] as unknown[]) {
    const asset = parseMetaAsset(value)
    if (asset === undefined) return undefined
    universe.push(asset)
  }
  const collateralToken = integerOf(answer['collateralToken'] ?? 0)
  return collateralToken === undefined ? undefined : { universe, collateralToken }
}

function parseMetaAsset(value: unknown): MetaAsset | undefined {
  if (!isObject(value)) return undefined
  const name = stringOf(value['name'])
  const szDecimals = integerOf(value['szDecimals'])
  const maxLeverage = integerOf(value['maxLeverage'])
  if (name === undefined || szDecimals === undefined || szDecimals > 8 || maxLeverage === undefined) return undefined
  return { name, szDecimals, maxLeverage, marginMode: marginModeOf(value), isDelisted: value['isDelisted'] === true }
}

function marginModeOf(asset: { readonly [key: string]: unknown }): MarginMode {
  if (asset['marginMode'] === 'strictIsolated') return 'strictIsolated'
  return asset['marginMode'] === 'noCross' || asset['onlyIsolated'] === true ? 'noCross' : 'cross'
}

/** The venue's clock, Unix ms. */
export function parseExchangeTime(answer: unknown): number | undefined {
  return isObject(answer) ? integerOf(answer['time']) : undefined
}

export type VenuePosition = {
  readonly market: string
  /** Positive is long. */
  readonly size: Decimal
  readonly entryPrice: Decimal
}

export type ClearinghouseState = { readonly positions: readonly VenuePosition[]; readonly time: number }

export function parseClearinghouseState(answer: unknown): ClearinghouseState | undefined {
  if (!isObject(answer) || !Array.isArray(answer['assetPositions'])) return undefined
  const time = integerOf(answer['time'])
  if (time === undefined) return undefined
  const positions: VenuePosition[] = []
  for (const entry of answer['assetPositions'] as unknown[]) {
    const position = isObject(entry) ? entry['position'] : undefined
    if (!isObject(position)) return undefined
    const market = stringOf(position['coin'])
    const size = decimalFromVenue(position['szi'])
    const entryPrice = decimalFromVenue(position['entryPx'])
    if (market === undefined || size === undefined) return undefined
    if (size.eq(ZERO)) continue
    if (entryPrice === undefined) return undefined
    positions.push({ market, size, entryPrice })
  }
  return { positions, time }
}

export type VenueOrder = {
  readonly market: string
  readonly side: Side
  readonly orderId: number
  readonly clientOrderId?: ClientOrderId | undefined
  readonly limitPrice: Decimal
  readonly remainingSize: Decimal
  readonly originalSize: Decimal
  readonly reduceOnly: boolean
  readonly placedAt: number
}

export function parseOpenOrders(answer: unknown): readonly VenueOrder[] | undefined {
  if (!Array.isArray(answer)) return undefined
  const orders: VenueOrder[] = []
  for (const value of answer as unknown[]) {
    const order = parseVenueOrder(value)
    if (order === undefined) return undefined
    orders.push(order)
  }
  return orders
}

function parseVenueOrder(value: unknown): VenueOrder | undefined {
  if (!isObject(value)) return undefined
  const market = stringOf(value['coin'])
  const side = sideOf(value['side'])
  const orderId = integerOf(value['oid'])
  const limitPrice = decimalFromVenue(value['limitPx'])
  const remainingSize = decimalFromVenue(value['sz'])
  const originalSize = decimalFromVenue(value['origSz'])
  if (market === undefined || side === undefined || orderId === undefined) return undefined
  if (limitPrice === undefined || remainingSize === undefined || originalSize === undefined) return undefined
  return {
    market,
    side,
    orderId,
    limitPrice,
    remainingSize,
    originalSize,
    clientOrderId: cloidOf(value),
    reduceOnly: value['reduceOnly'] === true,
    placedAt: integerOf(value['timestamp']) ?? 0,
  }
}

/** `absent` says only that this lookup did not find the order: a young order may not be visible yet. */
export type OrderStatusAnswer = { readonly found: OrderUpdate } | { readonly found: 'absent' } | undefined

export function parseOrderStatus(answer: unknown): OrderStatusAnswer {
  if (!isObject(answer)) return undefined
  if (answer['status'] === 'unknownOid') return { found: 'absent' }
  if (answer['status'] !== 'order') return undefined
  const update = parseOrderUpdate(answer['order'])
  return update === undefined ? undefined : { found: update }
}
