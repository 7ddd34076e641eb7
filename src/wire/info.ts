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
import {
  cloidOf,
  collect,
  type Fill,
  type OrderUpdate,
  type Parsed,
  parseFill,
  parseOrderUpdate,
  sideOf,
} from './feeds.js'
import { complete, everyOf, integerOf, isObject, stringOf } from './json.js'

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

/** Fills of all dexes, oldest first, from a time on (venue time, Unix ms, inclusive). */
export const userFillsByTimeRequest = (user: Address, startTime: number): InfoRequest => ({
  type: 'userFillsByTime',
  user,
  startTime,
})
/** Most fills in one answer. */
export const FILLS_PER_ANSWER = 2_000
/** Of an account's fills the venue remembers the newest so many. */
export const FILLS_REMEMBERED = 10_000
export const orderStatusRequest = (user: Address, id: ClientOrderId | number): InfoRequest => ({
  type: 'orderStatus',
  user,
  oid: id,
})

export const userAbstractionRequest = (user: Address): InfoRequest => ({ type: 'userAbstraction', user })
export const spotClearinghouseStateRequest = (user: Address): InfoRequest => ({ type: 'spotClearinghouseState', user })
export const userRateLimitRequest = (user: Address): InfoRequest => ({ type: 'userRateLimit', user })

/** The validator dex is asked for by saying nothing. */
const dexField = (dex: string): { dex?: string } => (dex === '' ? {} : { dex })

/**
 * Names by dex index. Index 0 is the validator dex, which the venue lists as null and we call the empty string; any later
 * null is a place without a dex. Places count: without one, every id behind it would be another market's.
 */
export function parsePerpDexs(answer: unknown): readonly (string | null)[] | undefined {
  if (!Array.isArray(answer) || answer[0] !== null) return undefined
  const nameOf = (dex: unknown): string | null | undefined =>
    dex === null ? null : (isObject(dex) && stringOf(dex['name'])) || undefined
  const names = everyOf(answer.slice(1), nameOf)
  return names === undefined ? undefined : ['', ...names]
}

/** Caps on the open interest of markets, in units of collateral, from the list of dexes. What cannot be read is left out. */
export function parseOpenInterestCaps(answer: unknown): ReadonlyMap<string, Decimal> {
  const dexes: readonly unknown[] = Array.isArray(answer) ? answer : []
  const caps = dexes.flatMap((dex) => (isObject(dex) ? dex['assetToStreamingOiCap'] : []))
  return new Map(
    caps.flatMap((entry): [string, Decimal][] => {
      const [name, cap] = Array.isArray(entry) ? [stringOf(entry[0]), decimalFromVenue(entry[1])] : []
      return name !== undefined && cap?.gt(ZERO) ? [[name, cap]] : []
    }),
  )
}

/** The venue's sizes have no more decimals than this. */
const MAX_SIZE_DECIMALS = 8

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
  if (!isObject(answer)) return undefined
  return complete({
    universe: everyOf(answer['universe'], parseMetaAsset),
    collateralToken: integerOf(answer['collateralToken']),
  })
}

function parseMetaAsset(value: unknown): MetaAsset | undefined {
  if (!isObject(value)) return undefined
  const szDecimals = integerOf(value['szDecimals'])
  return complete({
    name: stringOf(value['name']),
    szDecimals: szDecimals !== undefined && szDecimals <= MAX_SIZE_DECIMALS ? szDecimals : undefined,
    maxLeverage: integerOf(value['maxLeverage']),
    marginMode: marginModeOf(value),
    isDelisted: value['isDelisted'] === true,
  })
}

function marginModeOf(asset: { readonly [key: string]: unknown }): MarginMode {
  if (asset['marginMode'] === 'strictIsolated') return 'strictIsolated'
  return asset['marginMode'] === 'noCross' || asset['onlyIsolated'] === true ? 'noCross' : 'cross'
}

/** The venue's clock, Unix ms. */
export function parseExchangeTime(answer: unknown): number | undefined {
  return isObject(answer) ? integerOf(answer['time']) : undefined
}

export type RateLimit = {
  /** Below zero while there are bought actions that are not used up. */
  readonly used: number
  readonly limit: number
  /** Traded since the account exists, in USDC. */
  readonly volume: Decimal
}

/** How many actions an account has sent, and may send. */
export function parseUserRateLimit(answer: unknown): RateLimit | undefined {
  if (!isObject(answer)) return undefined
  const read = complete({
    used: integerOf(answer['nRequestsUsed']),
    limit: integerOf(answer['nRequestsCap']),
    surplus: integerOf(answer['nRequestsSurplus'] ?? 0),
    volume: decimalFromVenue(answer['cumVlm']),
  })
  return read && { used: read.used - read.surplus, limit: read.limit, volume: read.volume }
}

export type VenuePosition = {
  readonly market: string
  /** Positive is long. */
  readonly size: Decimal
  readonly entryPrice: Decimal
}

export type ClearinghouseState = {
  /** Of this dex alone, with unrealised profit; in units of collateral. */
  readonly accountValue?: Decimal | undefined
  /** Of all positions of this dex. */
  readonly unrealisedPnl?: Decimal | undefined
  readonly positions: readonly VenuePosition[]
  readonly time: number
}

export function parseClearinghouseState(answer: unknown): ClearinghouseState | undefined {
  if (!isObject(answer)) return undefined
  const positions = everyOf(answer['assetPositions'], parsePosition)
  const state = complete({
    positions: positions?.filter(({ size }) => !size.eq(ZERO)),
    time: integerOf(answer['time']),
  })
  const summary = answer['marginSummary']
  const profits = everyOf(answer['assetPositions'], (entry) =>
    isObject(entry) && isObject(entry['position']) ? decimalFromVenue(entry['position']['unrealizedPnl']) : undefined,
  )
  return (
    state && {
      ...state,
      accountValue: isObject(summary) ? decimalFromVenue(summary['accountValue']) : undefined,
      unrealisedPnl: profits?.reduce((sum, profit) => sum.plus(profit), ZERO),
    }
  )
}

/** Whether all dexes of one collateral share one balance; `undefined` when the answer does not say. */
export function parseIsShared(answer: unknown): boolean | undefined {
  return typeof answer === 'string' ? answer === 'unifiedAccount' || answer === 'portfolioMargin' : undefined
}

/** Balances by token index. A token without one is not listed. */
export function parseSpotBalances(answer: unknown): ReadonlyMap<number, Decimal> | undefined {
  const balances = isObject(answer)
    ? everyOf(answer['balances'], (balance) => {
        const [token, total] = isObject(balance)
          ? [integerOf(balance['token']), decimalFromVenue(balance['total'])]
          : []
        return token !== undefined && total !== undefined ? ([token, total] as const) : undefined
      })
    : undefined
  return balances && new Map(balances)
}

function parsePosition(entry: unknown): VenuePosition | undefined {
  const position = isObject(entry) ? entry['position'] : undefined
  if (!isObject(position)) return undefined
  const size = decimalFromVenue(position['szi'])
  return complete({
    market: stringOf(position['coin']),
    size,
    // A slot that is flat has no entry price.
    entryPrice: size?.eq(ZERO) ? ZERO : decimalFromVenue(position['entryPx']),
  })
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

export const parseOpenOrders = (answer: unknown): readonly VenueOrder[] | undefined => everyOf(answer, parseVenueOrder)

function parseVenueOrder(value: unknown): VenueOrder | undefined {
  if (!isObject(value)) return undefined
  const order = complete({
    market: stringOf(value['coin']),
    side: sideOf(value['side']),
    orderId: integerOf(value['oid']),
    limitPrice: decimalFromVenue(value['limitPx']),
    remainingSize: decimalFromVenue(value['sz']),
    originalSize: decimalFromVenue(value['origSz']),
  })
  return (
    order && {
      ...order,
      clientOrderId: cloidOf(value),
      reduceOnly: value['reduceOnly'] === true,
      placedAt: integerOf(value['timestamp']) ?? 0,
    }
  )
}

/** A list with an element that cannot be read still has the others, and they are real money. */
export const parseUserFillsByTime = (answer: unknown): Parsed<Fill> | undefined =>
  Array.isArray(answer) ? collect(answer, parseFill) : undefined

/** `absent` says only that this lookup did not find the order: a young order may not be visible yet. */
export type OrderStatusAnswer = { readonly found: OrderUpdate } | { readonly found: 'absent' } | undefined

export function parseOrderStatus(answer: unknown): OrderStatusAnswer {
  if (!isObject(answer)) return undefined
  if (answer['status'] === 'unknownOid') return { found: 'absent' }
  if (answer['status'] !== 'order') return undefined
  const update = parseOrderUpdate(answer['order'])
  return update === undefined ? undefined : { found: update }
}
