/**
 * The venue's answers to actions, read without ever throwing.
 *
 * A caller hands in how many orders (or cancels) it asked about and gets exactly that many entries back, in the
 * same order. One error for a whole batch is spread over all of it; a count that fits nothing, or an entry nobody
 * knows, becomes `unknown` at its own index, so that no later entry is booked to the wrong order.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { type Decimal, decimalFromVenue, ZERO } from '../model/decimal.js'
import { type ClientOrderId, isClientOrderId } from '../model/ids.js'
import { integerOf, isObject, type JsonObject } from './json.js'

export type OrderReply =
  | { readonly kind: 'resting'; readonly orderId: number; readonly clientOrderId?: ClientOrderId }
  | {
      readonly kind: 'filled'
      readonly orderId: number
      readonly totalSize: Decimal
      readonly averagePrice: Decimal
      readonly clientOrderId?: ClientOrderId
    }
  /** Taken, but the answer carries no order id: a bare "success", or a child waiting for its parent or trigger. */
  | { readonly kind: 'accepted'; readonly waitingFor?: 'fill' | 'trigger' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'unknown'; readonly raw: unknown }

export type CancelReply =
  | { readonly kind: 'canceled' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'unknown'; readonly raw: unknown }

/** The answer to an action that has no entries: leverage, scheduleCancel, noop, a single modify. */
export type DefaultReply =
  | { readonly kind: 'ok' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'unknown'; readonly raw: unknown }

/** Reads the answer to `order` or `batchModify`. The result always has `count` entries. */
export function parseOrderReplies(payload: unknown, count: number): readonly OrderReply[] {
  return spread(payload, count, parseOrderEntry)
}

/** Reads the answer to `cancel` or `cancelByCloid`. The result always has `count` entries. */
export function parseCancelReplies(payload: unknown, count: number): readonly CancelReply[] {
  return spread(payload, count, parseCancelEntry)
}

export function parseDefaultReply(payload: unknown): DefaultReply {
  const answer = open(payload)
  if ('error' in answer) return { kind: 'error', message: answer.error }
  if (answer.response === undefined) return { kind: 'unknown', raw: payload }
  return answer.response['type'] === 'default' ? { kind: 'ok' } : { kind: 'unknown', raw: payload }
}

type Unreadable = { readonly kind: 'unknown'; readonly raw: unknown }
type Failed = { readonly kind: 'error'; readonly message: string }

function spread<T>(
  payload: unknown,
  count: number,
  parseEntry: (entry: unknown) => T,
): readonly (T | Failed | Unreadable)[] {
  const answer = open(payload)
  if ('error' in answer) return Array.from({ length: count }, (): Failed => ({ kind: 'error', message: answer.error }))
  const data = answer.response?.['data']
  const statuses = isObject(data) ? data['statuses'] : undefined
  if (Array.isArray(statuses)) {
    if (statuses.length === count) return statuses.map(parseEntry)
    const only: unknown = statuses[0]
    const message = isObject(only) ? only['error'] : undefined
    if (statuses.length === 1 && typeof message === 'string') {
      return Array.from({ length: count }, (): Failed => ({ kind: 'error', message }))
    }
  }
  return Array.from({ length: count }, (): Unreadable => ({ kind: 'unknown', raw: payload }))
}

/** Tells a whole-action refusal from an answer with content. A string where the response belongs is one too, even under "ok". */
function open(payload: unknown): { readonly error: string } | { readonly response?: JsonObject } {
  if (!isObject(payload)) return {}
  const { status, response } = payload
  if (status !== 'ok' && status !== 'err') return {}
  if (typeof response === 'string') return { error: response }
  if (status === 'ok' && isObject(response)) return { response }
  return {}
}

function parseOrderEntry(entry: unknown): OrderReply {
  if (entry === 'success') return { kind: 'accepted' }
  if (entry === 'waitingForFill') return { kind: 'accepted', waitingFor: 'fill' }
  if (entry === 'waitingForTrigger') return { kind: 'accepted', waitingFor: 'trigger' }
  if (!isObject(entry)) return { kind: 'unknown', raw: entry }
  if (typeof entry['error'] === 'string') return { kind: 'error', message: entry['error'] }
  const { resting, filled } = entry
  if (isObject(resting)) {
    const orderId = integerOf(resting['oid'])
    if (orderId !== undefined) return { kind: 'resting', orderId, ...echoedId(resting) }
  }
  if (isObject(filled)) {
    const orderId = integerOf(filled['oid'])
    const totalSize = decimalFromVenue(filled['totalSz'])
    const averagePrice = decimalFromVenue(filled['avgPx'])
    if (orderId !== undefined && totalSize?.gt(ZERO) && averagePrice?.gt(ZERO)) {
      return { kind: 'filled', orderId, totalSize, averagePrice, ...echoedId(filled) }
    }
  }
  return { kind: 'unknown', raw: entry }
}

function parseCancelEntry(entry: unknown): CancelReply {
  if (entry === 'success') return { kind: 'canceled' }
  if (isObject(entry) && typeof entry['error'] === 'string') return { kind: 'error', message: entry['error'] }
  return { kind: 'unknown', raw: entry }
}

function echoedId(entry: JsonObject): { readonly clientOrderId?: ClientOrderId } {
  const id = entry['cloid']
  return isClientOrderId(id) ? { clientOrderId: id } : {}
}
