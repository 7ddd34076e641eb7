/**
 * One WebSocket to the venue, as a `Transport`.
 *
 * A request leaves in the call or is refused in the call: there is no buffer from which a frame could be written after
 * a halt or across a reconnect. Replies are matched by id, ids are never used twice, and everything unanswered is `lost`
 * the moment the connection is. Feeds are subscribed again on every new connection, and `isSubscribed` says when the
 * venue has confirmed them all.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
 */
import { ExecutorError } from '../errors.js'
import type { Network } from '../model/account.js'
import { oneOf, positiveMs } from '../model/guards.js'
import type { Clock, Logger, PostRequest, PostResult, Subscription, Transport, TransportState } from '../ports.js'
import { parseFrame, postFrame, subscribeFrame, unsubscribeFrame } from '../wire/frames.js'
import { type ConnectionLimits, createConnectionLimits, sharedConnectionLimits } from './connection-limits.js'
import { createConsoleLogger } from './console-logger.js'
import { createSockets } from './sockets.js'
import { createSystemClock } from './system-clock.js'
import { createWsLink, type LinkReview, type WebSocketLike } from './ws-link.js'
import { createPostTable } from './ws-posts.js'
import { createSubscriptionBook } from './ws-subscriptions.js'
import { createWaiters } from './ws-waiters.js'

export type WsSenderOptions = {
  /** Decides the URL, and what is signed. */
  readonly network: Network
  /** Default: the venue's URL of the network. */
  readonly url?: string | undefined
  /** Default: `isomorphic-ws`. */
  readonly webSocket?: ((url: string) => WebSocketLike) | undefined
  readonly clock?: Clock | undefined
  /** Spreads reconnects. From 0 to 1; default: `Math.random`. */
  readonly random?: (() => number) | undefined
  readonly logger?: Logger | undefined
  /** How often the venue is asked for a sign of life. Default: 10000. */
  readonly pingIntervalMs?: number | undefined
  /** How long after a ping some frame, any frame, must have come. Default: 5000. */
  readonly silenceTimeoutMs?: number | undefined
  /** How long after a ping its answer must have come, whatever else does. Default: 10000. */
  readonly pongTimeoutMs?: number | undefined
  /**
   * How long a feed that speaks by itself (`activeAssetCtx`) may be silent before it is subscribed anew, and when all of
   * them are, the connection replaced. Where that is of no use, the time doubles, up to 16 times. `Infinity` turns it off.
   * Default: 15000.
   */
  readonly feedTimeoutMs?: number | undefined
  /** Default: 10000. */
  readonly connectTimeoutMs?: number | undefined
  /** First wait before a reconnect; doubles up to the largest. Default: 500. */
  readonly minReconnectDelayMs?: number | undefined
  /** Default: 30000. */
  readonly maxReconnectDelayMs?: number | undefined
  /** Bytes the network has not taken yet, beyond which a post is refused. Default: 1 MiB. */
  readonly maxBufferedBytes?: number | undefined
  /**
   * How many connections, and how many new ones a minute. Default: one that all senders of this process to the same host
   * share; where a `clock` is given, one of its own.
   */
  readonly connectionLimits?: ConnectionLimits | undefined
}

const URLS: Record<Network, string> = {
  mainnet: 'wss://api.hyperliquid.xyz/ws',
  testnet: 'wss://api.hyperliquid-testnet.xyz/ws',
}
/** The venue refuses more unanswered posts than this. Questions leave room for actions: a cancel must never wait for one. */
const MAX_POSTS_IN_FLIGHT = { action: 100, info: 80 }
/** After which an unconfirmed feed is asked for again; a confirmation may have been lost, and asking twice does no harm. */
const CONFIRMATION_TIMEOUT_MS = 5_000

/** @throws {TypeError | RangeError} when an option is out of range */
export function createWsSender(options: WsSenderOptions): Transport {
  const network = oneOf(options.network, 'network', ['mainnet', 'testnet'])
  const url = options.url ?? URLS[network]
  const host = hostOf(url)
  const clock = options.clock ?? createSystemClock()
  const logger = options.logger ?? createConsoleLogger()
  const maxBufferedBytes = options.maxBufferedBytes ?? 1_048_576
  const { feedTimeoutMs = 15_000 } = options

  const book = createSubscriptionBook(
    logger,
    feedTimeoutMs === Number.POSITIVE_INFINITY ? feedTimeoutMs : positiveMs(feedTimeoutMs, 'feedTimeoutMs'),
  )
  const stateListeners = new Set<(state: TransportState) => void>()
  /** Who waits for the connection; an error says that there will be none. */
  const waiters = createWaiters()
  const posts = createPostTable()
  let state: TransportState = { status: 'idle', generation: 0, isSubscribed: false }
  let lastPostId = 0
  let askedAt = 0

  const sockets = createSockets()
  const link = createWsLink({
    url,
    webSocket: options.webSocket ?? sockets.open,
    clock,
    random: options.random ?? Math.random,
    logger,
    limits: options.connectionLimits ?? (options.clock ? createConnectionLimits() : sharedConnectionLimits(host)),
    keepAlive: {
      pingIntervalMs: positiveMs(options.pingIntervalMs ?? 10_000, 'pingIntervalMs'),
      silenceTimeoutMs: positiveMs(options.silenceTimeoutMs ?? 5_000, 'silenceTimeoutMs'),
      pongTimeoutMs: positiveMs(options.pongTimeoutMs ?? 10_000, 'pongTimeoutMs'),
    },
    connectTimeoutMs: positiveMs(options.connectTimeoutMs ?? 10_000, 'connectTimeoutMs'),
    minReconnectDelayMs: positiveMs(options.minReconnectDelayMs ?? 500, 'minReconnectDelayMs'),
    maxReconnectDelayMs: positiveMs(options.maxReconnectDelayMs ?? 30_000, 'maxReconnectDelayMs'),
    isAwaited: () => waiters.size > 0,
    onDialling: () => become({ status: 'connecting', isSubscribed: false }),
    onOpen() {
      become({ status: 'open', generation: state.generation + 1, why: undefined })
      ask()
      waiters.finish()
    },
    onText,
    onLost(why, heardUntil = state.heardUntil) {
      posts.end({ status: 'lost', why })
      become({ status: 'connecting', isSubscribed: false, why, heardUntil })
    },
    review,
  })

  function become(next: Partial<TransportState>): void {
    state = { ...state, ...next }
    for (const listener of [...stateListeners]) {
      try {
        listener(state)
      } catch (error) {
        logger.error('a listener threw', { error })
      }
    }
  }

  /** Asks for whatever is not confirmed on this connection. */
  function ask(): void {
    askedAt = clock.monotonic()
    for (const subscription of book.unconfirmed(state.generation)) link.send(subscribeFrame(subscription))
    noteSubscribed()
  }

  function noteSubscribed(): void {
    const isSubscribed = state.status === 'open' && book.unconfirmed(state.generation).length === 0
    const why = state.status === 'open' ? book.refusal : state.why
    if (isSubscribed !== state.isSubscribed || why !== state.why) become({ isSubscribed, why })
  }

  function review(now: number): LinkReview {
    if (posts.isChoked(now)) return { deadBecause: 'the venue left too many requests unanswered' }
    const { silent, allSince, nextAt } = book.silences(state.generation, now)
    if (allSince !== undefined) {
      const silentMs = Math.round(now - allSince)
      return { deadBecause: `the connection lives, but no feed has spoken for ${silentMs} ms`, since: allSince }
    }
    for (const subscription of silent) {
      logger.warn('a feed has fallen silent, and is subscribed anew', { subscription })
      link.send(unsubscribeFrame(subscription))
      link.send(subscribeFrame(subscription))
    }
    if (!state.isSubscribed && now - askedAt >= CONFIRMATION_TIMEOUT_MS) ask()
    return { nextAt: state.isSubscribed ? nextAt : Math.min(nextAt, askedAt + CONFIRMATION_TIMEOUT_MS) }
  }

  function onText(text: string): void {
    const frame = parseFrame(text)
    switch (frame.kind) {
      case 'answer':
        posts.settle(frame.id, { status: 'answered', payload: frame.payload })
        break
      case 'refusal':
        posts.settle(frame.id, { status: 'refused', message: frame.message })
        break
      case 'failure':
        posts.settle(frame.id, { status: 'lost', why: frame.message })
        break
      case 'confirmation':
        book.confirmed(frame.subscription, state.generation, clock.monotonic())
        noteSubscribed()
        break
      case 'subscriptionRefusal':
        book.refused(frame.subscription, frame.message)
        noteSubscribed()
        break
      case 'feed':
        book.dispatch(frame.channel, frame.data, clock.monotonic())
        break
      case 'pong':
        link.ponged()
        break
      case 'other':
        logger.debug('a frame of no known kind', { text: frame.text })
    }
  }

  function post(request: PostRequest): PostResult {
    if (state.status === 'closed') return { written: false, why: 'closed' }
    if (state.status !== 'open' || !link.isWritable) return { written: false, why: 'connecting' }
    const now = clock.monotonic()
    if (posts.inFlight(now) >= MAX_POSTS_IN_FLIGHT[request.type]) return { written: false, why: 'throttled' }
    if (link.bufferedBytes > maxBufferedBytes) return { written: false, why: 'backpressure' }
    const id = lastPostId + 1
    lastPostId = id
    const frame = postFrame(id, request.type, request.payload)
    const reply = posts.open(id, now)
    if (link.send(frame)) return { written: true, reply }
    posts.discard(id)
    return { written: false, why: 'connecting' }
  }

  return {
    network,
    get state() {
      return state
    },
    get framesWritten() {
      return link.framesWritten
    },
    connect({ signal } = {}) {
      if (state.status === 'closed') return Promise.reject(new ExecutorError('CLOSED', 'the transport is closed'))
      if (state.status === 'open') return Promise.resolve()
      const connected = waiters.wait(signal, `no connection to ${url} in the time given`)
      if (state.status === 'idle' && waiters.size > 0) link.dial()
      return connected
    },
    post,
    subscribe(subscription, listener): Subscription {
      const { entry, isNew } = book.add(subscription, listener)
      if (isNew && state.status === 'open') {
        link.send(subscribeFrame(subscription))
        noteSubscribed()
      }
      return {
        confirmed: entry.confirmed,
        get generation() {
          return entry.confirmedOn
        },
        unsubscribe() {
          if (!book.remove(entry, listener)) return
          if (state.status === 'open') link.send(unsubscribeFrame(subscription))
          noteSubscribed()
        },
      }
    },
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    unref: sockets.unref,
    async close() {
      if (state.status === 'closed') return
      const closing = link.close()
      posts.end({ status: 'lost', why: 'the transport was closed' })
      become({ status: 'closed', isSubscribed: false })
      book.close()
      waiters.finish(new ExecutorError('CLOSED', 'the transport was closed'))
      await closing
    },
  }
}

/** @throws {TypeError | RangeError} when the URL is none, or none of a WebSocket */
function hostOf(url: string): string {
  const { protocol, host } = new URL(url)
  if (protocol !== 'ws:' && protocol !== 'wss:') throw new RangeError(`url: expected ws: or wss:, got ${url}`)
  return host
}
