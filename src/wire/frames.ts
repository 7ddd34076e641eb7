/**
 * WebSocket frames: how requests are put on the socket, and what the venue's frames are.
 *
 * The venue greets with plain text, answers posts out of order, normalises what one subscribes to before it confirms it,
 * and reports what it could not read on an error channel, sometimes with an echo. Anything else is `other`, never an exception.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
 */
import { integerOf, isObject, type JsonObject } from './json.js'

export type FeedSubscription = { readonly type: string; readonly [key: string]: unknown }

export const pingFrame = (): string => '{"method":"ping"}'

export const subscribeFrame = (subscription: FeedSubscription): string =>
  JSON.stringify({ method: 'subscribe', subscription })

export const unsubscribeFrame = (subscription: FeedSubscription): string =>
  JSON.stringify({ method: 'unsubscribe', subscription })

export const postFrame = (id: number, type: 'action' | 'info', payload: unknown): string =>
  JSON.stringify({ method: 'post', id, request: { type, payload } })

export type Frame =
  | { readonly kind: 'answer'; readonly id: number; readonly payload: unknown }
  /** The venue did not process the post at all. */
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  /** The venue failed while processing; what became of the request is not known. */
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | { readonly kind: 'confirmation'; readonly subscription: JsonObject }
  | { readonly kind: 'subscriptionRefusal'; readonly subscription: JsonObject | undefined; readonly message: string }
  | { readonly kind: 'feed'; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'pong' }
  | { readonly kind: 'other'; readonly text: string }

const MAX_QUOTED = 200

export function parseFrame(text: string): Frame {
  try {
    return frameOf(JSON.parse(text), text)
  } catch {
    // Besides what is no JSON: nested so deep that it cannot be quoted.
    return other(text)
  }
}

function frameOf(message: unknown, text: string): Frame {
  if (!isObject(message)) return other(text)
  const { channel, data } = message
  if (channel === 'pong') return { kind: 'pong' }
  if (channel === 'post') return parsePost(data) ?? other(text)
  if (channel === 'subscriptionResponse') return parseConfirmation(data) ?? other(text)
  if (channel === 'error') return typeof data === 'string' ? parseError(data) : other(text)
  return typeof channel === 'string' ? { kind: 'feed', channel, data } : other(text)
}

function parsePost(data: unknown): Frame | undefined {
  if (!isObject(data) || !isObject(data['response'])) return undefined
  const id = integerOf(data['id'])
  const { type, payload } = data['response']
  if (id === undefined) return undefined
  if (type === 'error') {
    const message = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null)
    // The text begins with an HTTP status. Only 4xx says that the request was not executed; anything else proves nothing.
    return { kind: /^\s*4\d\d\b/.test(message) ? 'refusal' : 'failure', id, message }
  }
  // An info answer is wrapped once more, with its own type beside it.
  const content = type === 'info' && isObject(payload) && 'data' in payload ? payload['data'] : payload
  return { kind: 'answer', id, payload: content }
}

function parseConfirmation(data: unknown): Frame | undefined {
  if (!isObject(data) || !isObject(data['subscription'])) return undefined
  return data['method'] === 'subscribe' ? { kind: 'confirmation', subscription: data['subscription'] } : undefined
}

function parseError(message: string): Frame {
  const tooMany = /too many pending post requests id=(\d+)/.exec(message)
  if (tooMany) return { kind: 'refusal', id: Number(tooMany[1]), message }
  const brace = message.indexOf('{')
  const echo = brace === -1 ? undefined : parseEcho(message.slice(brace))
  if (message.startsWith('Already subscribed')) {
    return echo === undefined ? other(message) : { kind: 'confirmation', subscription: echo }
  }
  if (echo?.['method'] === 'post') {
    const id = integerOf(echo['id'])
    if (id !== undefined) return { kind: 'refusal', id, message: message.slice(0, MAX_QUOTED) }
  }
  if (echo?.['method'] === 'subscribe' && isObject(echo['subscription'])) {
    return { kind: 'subscriptionRefusal', subscription: echo['subscription'], message: message.slice(0, MAX_QUOTED) }
  }
  if (message.startsWith('Invalid subscription') || message.startsWith('Cannot track more than')) {
    return { kind: 'subscriptionRefusal', subscription: echo, message: message.slice(0, MAX_QUOTED) }
  }
  return other(message)
}

function parseEcho(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const other = (text: string): Frame => ({ kind: 'other', text: text.slice(0, MAX_QUOTED) })

/** The channel a feed's frames arrive on; nearly always its own name. */
export function channelOf(subscription: FeedSubscription): string {
  return subscription.type === 'userEvents' ? 'user' : subscription.type
}

/** Whether the venue tells it every few seconds whatever happens. The others may be silent for as long as nothing does. */
export function speaksByItself({ type }: FeedSubscription): boolean {
  return type === 'activeAssetCtx'
}

/** Whether what the venue confirmed is what was asked for. It adds defaults and lower-cases addresses, so a subset decides. */
export function confirms(confirmed: JsonObject, asked: FeedSubscription): boolean {
  return Object.entries(asked).every(([key, value]) => value === undefined || sameField(confirmed[key], value))
}

/** Whether a frame of the right channel belongs to a subscription: what both name must agree. */
export function belongsTo(data: unknown, subscription: FeedSubscription): boolean {
  const first: unknown = Array.isArray(data) ? data[0] : data
  if (!isObject(first)) return true
  return (['coin', 'dex', 'user'] as const).every((key) => {
    const asked = subscription[key]
    return asked === undefined || first[key] === undefined || sameField(first[key], asked)
  })
}

function sameField(theirs: unknown, ours: unknown): boolean {
  if (typeof theirs === 'string' && typeof ours === 'string' && ours.startsWith('0x')) {
    return theirs.toLowerCase() === ours.toLowerCase()
  }
  return theirs === ours
}
