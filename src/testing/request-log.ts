/**
 * One line for each request: when, where, who, what, what was answered, how long it took.
 */
import type { RecordedRequest } from './sim-exchange/record.js'

/** Names a market by its asset id; the id itself when there is none. */
type NameMarket = (assetId: unknown) => string

/** `12:00:00.000 ws-1  0xf39f…2266 order buy 1 xyz:NVDA @ 176.22 Ioc → filled 1.0 @ 176.22 (0.4 ms)` */
export function describeRequest(request: RecordedRequest, tookMs: number, nameMarket: NameMarket): string {
  const took = request.answer === undefined ? '' : ` → ${answer(request)} (${tookMs.toFixed(1)} ms)`
  return `${timeOfDay(request.at)} ${request.connection.padEnd(5)} ${who(request).padEnd(11)} ${what(request, nameMarket)}${took}`
}

/** In UTC, from Unix milliseconds. */
function timeOfDay(at: number): string {
  const part = (divisor: number, base: number, digits: number): string =>
    String(Math.floor(at / divisor) % base).padStart(digits, '0')
  return `${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1_000, 60, 2)}.${part(1, 1_000, 3)}`
}

const MOST_ENTRIES = 3
const MOST_TEXT = 160

function who({ signer, payload }: RecordedRequest): string {
  const address = signer ?? text(payload, 'user')
  return address === '' ? '-' : `${address.slice(0, 6)}…${address.slice(-4)}`
}

function what({ kind, payload }: RecordedRequest, nameMarket: NameMarket): string {
  switch (kind) {
    case 'action':
      return action(field(payload, 'action'), nameMarket)
    case 'malformed':
      return `malformed ${short(String(payload))}`
    case 'info':
      return `info ${about(payload)}`
    default:
      return `${kind} ${about(payload)}`
  }
}

/** The type and what it is about. */
function about(payload: unknown): string {
  const parts = ['type', 'coin', 'dex', 'oid'].map((key) => field(payload, key))
  return short(parts.filter((part) => part !== undefined && part !== '').join(' '))
}

function action(value: unknown, nameMarket: NameMarket): string {
  const type = text(value, 'type')
  const to = (one: unknown): string => `${String(field(one, 'oid'))} to ${order(field(one, 'order'), nameMarket)}`
  switch (type) {
    case 'order':
      return `order ${several(field(value, 'orders'), (one) => order(one, nameMarket))}`
    case 'modify':
      return `modify ${short(to(value))}`
    case 'batchModify':
      return `modify ${several(field(value, 'modifies'), to)}`
    case 'cancel':
      return `cancel ${several(field(value, 'cancels'), (one) => String(field(one, 'o')))}`
    case 'cancelByCloid':
      return `cancel ${several(field(value, 'cancels'), (one) => text(one, 'cloid'))}`
    default:
      return short(type)
  }
}

function order(value: unknown, nameMarket: NameMarket): string {
  const type = field(value, 't')
  const kind = text(field(type, 'limit'), 'tif') || `trigger ${text(field(type, 'trigger'), 'triggerPx')}`
  const side = field(value, 'b') === true ? 'buy' : 'sell'
  const reduceOnly = field(value, 'r') === true ? ' reduce-only' : ''
  return `${side} ${text(value, 's')} ${nameMarket(field(value, 'a'))} @ ${text(value, 'p')} ${kind}${reduceOnly}`
}

function answer({ kind, answer: given }: RecordedRequest): string {
  if (typeof given === 'string') return short(given)
  if (kind === 'info') return Array.isArray(given) ? `${given.length} entries` : 'answered'
  const response = field(given, 'response')
  if (typeof response === 'string') return short(response)
  const statuses = field(field(response, 'data'), 'statuses')
  return statuses === undefined ? 'ok' : several(statuses, status)
}

function status(value: unknown): string {
  const error = field(value, 'error')
  const filled = field(value, 'filled')
  const resting = field(value, 'resting')
  if (error !== undefined) return short(String(error))
  if (filled !== undefined) return `filled ${text(filled, 'totalSz')} @ ${text(filled, 'avgPx')}`
  return resting === undefined ? short(String(value)) : `resting ${String(field(resting, 'oid'))}`
}

function several(list: unknown, describe: (item: unknown) => string): string {
  if (!Array.isArray(list)) return '-'
  const more = list.length > MOST_ENTRIES ? `, and ${list.length - MOST_ENTRIES} more` : ''
  return short(list.slice(0, MOST_ENTRIES).map(describe).join(', ')) + more
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[key] : undefined
}

function text(value: unknown, key: string): string {
  const found = field(value, key)
  return typeof found === 'string' ? found : ''
}

/** On one line, whatever a client has sent. */
function short(line: string): string {
  const clean = line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  return clean.length > MOST_TEXT ? `${clean.slice(0, MOST_TEXT)}…` : clean
}
