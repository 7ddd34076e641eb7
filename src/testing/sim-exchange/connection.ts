/**
 * One WebSocket connection, without the socket: frames in, frames out.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
 */
import type { Clock } from '../../ports.js'
import { type Fields, fields, integer, oneOf, Undecodable } from './decode.js'
import type { FeedHub, Frame } from './feeds.js'
import type { Gateway, Reply } from './gateway.js'
import type { Recorder } from './record.js'
import type { Venue } from './state.js'
import { feeds, feedType, type Normalised } from './subscriptions.js'
import { transportErrors } from './words.js'

/** What carries the frames. */
export type Link = {
  send(text: string): void
  /** The venue hangs up. */
  close(): void
}

export type SimConnection = {
  /** `ws-1`, `ws-2`, … as in the record. */
  readonly id: string
  /** A text frame from the client. */
  receive(text: string): void
  /** The client has gone. Ends its subscriptions; answers still to come are dropped. */
  closed(): void
}

type ConnectionOptions = {
  readonly id: string
  readonly link: Link
  readonly venue: Venue
  readonly gateway: Gateway
  readonly hub: FeedHub
  readonly recorder: Recorder
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>
}

/** A connection to which the venue has sent nothing for so long is closed. */
const IDLE_LIMIT_MS = 60_000
const GREETING = 'Websocket connection established.'

export function createConnection(options: ConnectionOptions): SimConnection {
  const { id, link, venue, gateway, hub, recorder, clock } = options
  const subscriptions = new Map<string, () => void>()
  let isOpen = true
  let sentAt = clock.monotonic()
  let stopIdleTimer = watchIdle(IDLE_LIMIT_MS)

  /** Every frame to this client leaves here. */
  function deliver(text: string): void {
    if (!isOpen) return
    sentAt = clock.monotonic()
    link.send(text)
  }

  const say = (channel: string, data: unknown): void => deliver(JSON.stringify({ channel, data }))

  function watchIdle(ms: number): () => void {
    return clock.schedule(
      () => {
        const leftMs = sentAt + IDLE_LIMIT_MS - clock.monotonic()
        if (leftMs > 0) {
          stopIdleTimer = watchIdle(leftMs)
        } else {
          closed()
          link.close()
        }
      },
      ms,
      { background: true },
    )
  }

  function closed(): void {
    if (!isOpen) return
    isOpen = false
    stopIdleTimer()
    for (const end of subscriptions.values()) end()
    subscriptions.clear()
  }

  /** @throws {Undecodable} when it is no request at all */
  function handle(message: Fields): void {
    const method = oneOf(message['method'], ['ping', 'subscribe', 'unsubscribe', 'post'], 'method')
    if (method === 'ping') deliver('{"channel":"pong"}')
    else if (method === 'post') post(message)
    else if (method === 'subscribe') subscribe(fields(message['subscription'], 'subscription'))
    else unsubscribe(fields(message['subscription'], 'subscription'))
  }

  function post(message: Fields): void {
    const postId = integer(message['id'], 'id')
    const request = fields(message['request'], 'request')
    const type = oneOf(request['type'], ['action', 'info'], 'request.type')
    const payload = fields(request['payload'], 'request.payload')
    const respond = (reply: Reply): void => say('post', { id: postId, response: wrapped(type, payload, reply) })
    if (type === 'action') gateway.action(payload, id, respond)
    else respond(gateway.info(payload, id))
  }

  function subscribe(request: Fields): void {
    recorder.request(id, 'subscribe', request)
    const subscription = normalise(request)
    if (subscription === undefined) return
    const key = JSON.stringify(subscription)
    if (subscriptions.has(key)) {
      say('error', transportErrors.subscribed(key))
    } else {
      say('subscriptionResponse', { method: 'subscribe', subscription })
      const listener = { subscription, deliver: (frame: Frame) => deliver(JSON.stringify(frame)) }
      subscriptions.set(key, hub.add(listener))
    }
  }

  function unsubscribe(request: Fields): void {
    recorder.request(id, 'unsubscribe', request)
    const subscription = normalise(request)
    if (subscription === undefined) return
    const key = JSON.stringify(subscription)
    const end = subscriptions.get(key)
    if (end === undefined) {
      say('error', transportErrors.unsubscribed(key))
    } else {
      end()
      subscriptions.delete(key)
      say('subscriptionResponse', { method: 'unsubscribe', subscription })
    }
  }

  /** The venue's spelling of a subscription; says so on the error channel when it makes no sense. */
  function normalise(request: Fields): Normalised | undefined {
    const type = feedType(request)
    try {
      return { type, ...feeds[type].normalise(venue, request) }
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error
      say('error', transportErrors.badSubscription(JSON.stringify(scalars(request))))
      return undefined
    }
  }

  deliver(GREETING)
  return {
    id,
    closed,
    receive(text) {
      if (!isOpen) return
      try {
        handle(fields(JSON.parse(text), 'request'))
      } catch (error) {
        if (!(error instanceof Undecodable || error instanceof SyntaxError)) throw error
        recorder.request(id, 'malformed', text)
        say('error', transportErrors.badFrame(text))
      }
    },
  }
}

/** Info answers are wrapped twice, actions once, and what would be an HTTP error is its status and description. */
function wrapped(type: 'action' | 'info', payload: Fields, reply: Reply): unknown {
  if ('text' in reply) return { type: 'error', payload: `${reply.httpStatus} ${reply.text}` }
  return type === 'action'
    ? { type, payload: reply.body }
    : { type, payload: { type: payload['type'], data: reply.body } }
}

/** What of a subscription can be echoed: a nest of a million brackets cannot. */
function scalars(request: Fields): Fields {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => typeof value !== 'object' || value === null))
}
