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
import IsomorphicWebSocket from 'isomorphic-ws'
import { ExecutorError } from '../errors.js'
import type { Network } from '../model/account.js'
import { positiveMs } from '../model/guards.js'
import type { Clock, Logger, PostRequest, PostResult, Subscription, Transport, TransportState } from '../ports.js'
import { parseFrame, pingFrame, postFrame, subscribeFrame, unsubscribeFrame } from '../wire/frames.js'
import { createConsoleLogger } from './console-logger.js'
import { createSystemClock } from './system-clock.js'
import { createPostTable } from './ws-posts.js'
import { createSubscriptionBook } from './ws-subscriptions.js'
import { createWaiters } from './ws-waiters.js'

/** The part of a WebSocket that is used; the browser's, `ws` and a test double all have it. */
export type WebSocketLike = {
  readonly readyState: number
  readonly bufferedAmount: number
  onopen: (() => void) | null
  onclose: (() => void) | null
  onerror: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  send(text: string): void
  close(): void
  /** Where it exists: gives a dead peer up at once. */
  terminate?(): void
}

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
  /** How long after a ping any frame must have come, or the connection is given up. Default: 5000. */
  readonly pongTimeoutMs?: number | undefined
  /** Default: 10000. */
  readonly connectTimeoutMs?: number | undefined
  /** First wait before a reconnect; doubles up to the largest. Default: 500. */
  readonly minReconnectDelayMs?: number | undefined
  /** Default: 30000. */
  readonly maxReconnectDelayMs?: number | undefined
  /** Bytes the network has not taken yet, beyond which a post is refused. Default: 1 MiB. */
  readonly maxBufferedBytes?: number | undefined
}

const URLS: Record<Network, string> = {
  mainnet: 'wss://api.hyperliquid.xyz/ws',
  testnet: 'wss://api.hyperliquid-testnet.xyz/ws',
}
const OPEN = 1
/** The venue refuses more unanswered posts than this. Questions leave room for actions: a cancel must never wait for one. */
const MAX_POSTS_IN_FLIGHT = { action: 100, info: 80 }
/** A connection that lasted this long was a good one; the next reconnect starts from the shortest wait. */
const STABLE_AFTER_MS = 10_000
const MAX_DOUBLINGS = 16
const FAREWELL_MS = 1_000

/** @throws {RangeError} when an option is out of range */
export function createWsSender(options: WsSenderOptions): Transport {
  const { network } = options
  if (network !== 'mainnet' && network !== 'testnet') {
    throw new RangeError(`network: expected "mainnet" or "testnet", got ${JSON.stringify(network)}`)
  }
  const url = options.url ?? URLS[network]
  const open = options.webSocket ?? ((address) => new IsomorphicWebSocket(address) as unknown as WebSocketLike)
  const clock = options.clock ?? createSystemClock()
  const random = options.random ?? Math.random
  const logger = options.logger ?? createConsoleLogger()
  const pingIntervalMs = positiveMs(options.pingIntervalMs ?? 10_000, 'pingIntervalMs')
  const pongTimeoutMs = positiveMs(options.pongTimeoutMs ?? 5_000, 'pongTimeoutMs')
  const connectTimeoutMs = positiveMs(options.connectTimeoutMs ?? 10_000, 'connectTimeoutMs')
  const minDelayMs = positiveMs(options.minReconnectDelayMs ?? 500, 'minReconnectDelayMs')
  const maxDelayMs = positiveMs(options.maxReconnectDelayMs ?? 30_000, 'maxReconnectDelayMs')
  const maxBufferedBytes = options.maxBufferedBytes ?? 1_048_576

  const book = createSubscriptionBook(logger)
  const stateListeners = new Set<(state: TransportState) => void>()
  /** Who waits for the connection; an error says that there will be none. */
  const waiters = createWaiters()
  const posts = createPostTable()
  let framesWritten = 0
  let state: TransportState = { status: 'idle', generation: 0, isSubscribed: false }
  let socket: WebSocketLike | undefined
  let lastPostId = 0
  let failures = 0
  let openedAt = 0
  let lastHeardAt = 0
  let cancelTimer = (): void => {}

  function become(next: Partial<TransportState>): void {
    state = { ...state, ...next }
    for (const listener of [...stateListeners]) listener(state)
  }

  function dial(): void {
    become({ status: 'connecting', isSubscribed: false })
    const opening = open(url)
    socket = opening
    opening.onopen = () => onOpen(opening)
    opening.onmessage = ({ data }) => onMessage(typeof data === 'string' ? data : String(data))
    opening.onclose = () => drop(opening, 'the venue closed the connection')
    // A close follows every error; without a handler some implementations end the process.
    opening.onerror = () => {}
    wake(() => drop(opening, 'the connection could not be opened in time'), connectTimeoutMs)
  }

  function onOpen(opened: WebSocketLike): void {
    if (socket !== opened) return
    openedAt = clock.monotonic()
    lastHeardAt = openedAt
    become({ status: 'open', generation: state.generation + 1 })
    resubscribe()
    keepAlive(opened)
    waiters.finish()
  }

  /** Asks again for whatever is not confirmed; a confirmation may have been lost, and asking twice does no harm. */
  function resubscribe(): void {
    for (const subscription of book.unconfirmed(state.generation)) write(subscribeFrame(subscription))
    noteSubscribed()
  }

  function noteSubscribed(): void {
    const isSubscribed = state.status === 'open' && book.unconfirmed(state.generation).length === 0
    if (isSubscribed !== state.isSubscribed) become({ isSubscribed })
  }

  /** Any frame is a sign of life; the ping only makes sure that a living venue sends one. */
  function keepAlive(opened: WebSocketLike): void {
    wake(() => {
      if (clock.monotonic() - openedAt >= STABLE_AFTER_MS) failures = 0
      write(pingFrame())
      if (!state.isSubscribed) resubscribe()
      const pingedAt = clock.monotonic()
      wake(() => {
        if (lastHeardAt < pingedAt) drop(opened, 'the venue stopped answering')
        else if (posts.isChoked(clock.monotonic())) drop(opened, 'the venue left too many requests unanswered')
        else keepAlive(opened)
      }, pongTimeoutMs)
    }, pingIntervalMs)
  }

  function onMessage(text: string): void {
    lastHeardAt = clock.monotonic()
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
        book.confirmed(frame.subscription, state.generation)
        noteSubscribed()
        break
      case 'subscriptionRefusal':
        logger.error('the venue refused a subscription', { message: frame.message })
        book.refused(frame.subscription, frame.message)
        noteSubscribed()
        break
      case 'feed':
        book.dispatch(frame.channel, frame.data)
        break
      case 'pong':
        break
      case 'other':
        logger.debug('a frame of no known kind', { text: frame.text })
    }
  }

  function write(frame: string): void {
    if (socket === undefined) return
    socket.send(frame)
    framesWritten += 1
  }

  function drop(dropped: WebSocketLike, why: string): void {
    if (socket !== dropped) return
    hangUp(why)
    if (dropped.terminate) dropped.terminate()
    else dropped.close()
    logger.warn('connection lost', { why })
    become({ status: 'connecting', isSubscribed: false })
    const delayMs = Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(failures, MAX_DOUBLINGS))
    failures += 1
    wake(dial, delayMs * (0.5 + random() / 2))
  }

  /** Lets go of the socket; what was written on it can no longer be answered. */
  function hangUp(why: string): WebSocketLike | undefined {
    const released = socket
    socket = undefined
    cancelTimer()
    if (released !== undefined) released.onopen = released.onmessage = released.onclose = null
    posts.end({ status: 'lost', why })
    return released
  }

  /** Lets the last frames out before the socket goes, but does not wait for a dead peer. */
  function farewell(closing: WebSocketLike): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.schedule(() => {
        closing.terminate?.()
        resolve()
      }, FAREWELL_MS)
      closing.onclose = () => {
        cancel()
        resolve()
      }
      closing.close()
    })
  }

  /** One timer at a time. While somebody waits for the connection it keeps the process alive, otherwise not. */
  function wake(fn: () => void, ms: number): void {
    cancelTimer()
    cancelTimer = clock.schedule(fn, ms, { background: waiters.size === 0 })
  }

  function post(request: PostRequest): PostResult {
    if (state.status === 'closed') return { written: false, why: 'closed' }
    if (state.status !== 'open' || socket?.readyState !== OPEN) return { written: false, why: 'connecting' }
    const now = clock.monotonic()
    if (posts.inFlight(now) >= MAX_POSTS_IN_FLIGHT[request.type]) return { written: false, why: 'throttled' }
    if (socket.bufferedAmount > maxBufferedBytes) return { written: false, why: 'backpressure' }
    const id = lastPostId + 1
    lastPostId = id
    const frame = postFrame(id, request.type, request.payload)
    const reply = posts.open(id, now)
    try {
      write(frame)
    } catch {
      posts.discard(id)
      return { written: false, why: 'connecting' }
    }
    return { written: true, reply }
  }

  return {
    network,
    get state() {
      return state
    },
    get framesWritten() {
      return framesWritten
    },
    connect({ signal } = {}) {
      if (state.status === 'closed') return Promise.reject(new ExecutorError('CLOSED', 'the transport is closed'))
      if (state.status === 'open') return Promise.resolve()
      const connected = waiters.wait(signal, `no connection to ${url} in the time given`)
      if (state.status === 'idle' && waiters.size > 0) dial()
      return connected
    },
    post,
    subscribe(subscription, listener): Subscription {
      const { entry, isNew } = book.add(subscription, listener)
      if (isNew && state.status === 'open') {
        write(subscribeFrame(subscription))
        noteSubscribed()
      }
      return {
        confirmed: entry.confirmed,
        get generation() {
          return entry.confirmedOn
        },
        unsubscribe() {
          if (book.remove(entry, listener) && state.status === 'open') write(unsubscribeFrame(subscription))
        },
      }
    },
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    async close() {
      if (state.status === 'closed') return
      const closing = hangUp('the transport was closed')
      become({ status: 'closed', isSubscribed: false })
      book.close()
      waiters.finish(new ExecutorError('CLOSED', 'the transport was closed'))
      if (closing !== undefined) await farewell(closing)
    },
  }
}
