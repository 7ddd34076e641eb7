/**
 * One socket to the venue after another: dialled within the venue's limits, watched while it lives, given up when it is
 * dead, and dialled again after a wait that grows with every failure and is never the same for two.
 *
 * It has one timer, and no idea of what the frames mean.
 */
import type { Clock, Logger } from '../ports.js'
import { pingFrame } from '../wire/frames.js'
import type { ConnectionLimits } from './connection-limits.js'
import { createKeepAlive, type KeepAliveOptions } from './ws-keep-alive.js'

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

export type WsLinkOptions = {
  readonly url: string
  readonly webSocket: (url: string) => WebSocketLike
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Pick<Logger, 'warn'>
  readonly limits: ConnectionLimits
  readonly keepAlive: KeepAliveOptions
  readonly connectTimeoutMs: number
  readonly minReconnectDelayMs: number
  readonly maxReconnectDelayMs: number
  /** Whether somebody waits for the connection: only then may a timer keep the process alive. */
  readonly isAwaited: () => boolean
  readonly onDialling: () => void
  readonly onOpen: () => void
  readonly onText: (text: string) => void
  /** @param heardUntil when the last frame came, monotonic ms; absent when the connection was never open */
  readonly onLost: (why: string, heardUntil: number | undefined) => void
  /** Looks whether the connection is of use. */
  readonly review: (now: number) => LinkReview
}

/** Why it is of no use, and since when; or when to look again. Monotonic ms. */
export type LinkReview = { readonly deadBecause: string; readonly since?: number } | { readonly nextAt: number }

export type WsLink = {
  dial(): void
  readonly isWritable: boolean
  /** Bytes that the network has not taken yet. */
  readonly bufferedBytes: number
  readonly framesWritten: number
  /** Writes in the call. When it answers `false`, not a byte has left. */
  send(text: string): boolean
  ponged(): void
  /** Lets the last frames out, but does not wait for a dead peer. */
  close(): Promise<void>
}

const OPEN = 1
/** A connection that lasted this long was a good one; the next wait is the shortest again. */
const STABLE_AFTER_MS = 10_000
const MAX_DOUBLINGS = 16
const FAREWELL_MS = 500
/** A timer that is later than this finds the frames of the meantime still unread, and must not judge their absence. */
const LATE_MS = 1_000

export function createWsLink(options: WsLinkOptions): WsLink {
  const { url, clock, random, logger, limits, isAwaited, onDialling, onText, onLost, review } = options
  const keepAlive = createKeepAlive(options.keepAlive)
  let socket: WebSocketLike | undefined
  let release = (): void => {}
  let openedAt: number | undefined
  let heardAt = 0
  let failures = 0
  let framesWritten = 0
  let cancelTimer = (): void => {}

  function dial(): void {
    onDialling()
    const place = limits.take(clock.monotonic())
    if (!place.granted) {
      logger.warn('no new connection yet: as many as the venue allows were made', { url, waitMs: place.waitMs })
      wake(dial, place.waitMs)
      return
    }
    release = place.release
    let opening: WebSocketLike
    try {
      opening = options.webSocket(url)
    } catch (error) {
      dialAgain(`no socket could be made: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    socket = opening
    opening.onopen = onOpen
    opening.onmessage = ({ data }) => {
      heardAt = clock.monotonic()
      keepAlive.heard()
      onText(typeof data === 'string' ? data : String(data))
    }
    opening.onclose = () => drop('the venue closed the connection')
    // A close follows every error; without a handler some implementations end the process.
    opening.onerror = () => {}
    wake(() => drop('the connection could not be opened in time'), options.connectTimeoutMs)
  }

  function onOpen(): void {
    openedAt = heardAt = clock.monotonic()
    keepAlive.begin(openedAt)
    options.onOpen()
    watch(openedAt)
  }

  function watch(dueAt: number): void {
    if (openedAt === undefined) return
    const now = clock.monotonic()
    const isLate = now - dueAt > LATE_MS
    if (isLate) keepAlive.begin(now)
    const found: LinkReview = isLate ? { nextAt: now + LATE_MS } : review(now)
    if ('deadBecause' in found) {
      drop(found.deadBecause, found.since)
      return
    }
    const deadBecause = keepAlive.verdict(now)
    if (deadBecause !== undefined) {
      drop(deadBecause)
      return
    }
    if (isLate || keepAlive.isPingDue(now)) {
      keepAlive.pinged(now)
      send(pingFrame())
    }
    const nextAt = Math.min(keepAlive.nextAt, found.nextAt)
    wake(() => watch(nextAt), nextAt - now)
  }

  function drop(why: string, since = heardAt): void {
    const heardUntil = openedAt === undefined ? undefined : since
    if (openedAt !== undefined && clock.monotonic() - openedAt >= STABLE_AFTER_MS) failures = 0
    const dropped = hangUp()
    if (dropped?.terminate) dropped.terminate()
    else dropped?.close()
    dialAgain(why, heardUntil)
  }

  function dialAgain(why: string, heardUntil?: number): void {
    release()
    const { minReconnectDelayMs, maxReconnectDelayMs } = options
    const delayMs = Math.min(maxReconnectDelayMs, minReconnectDelayMs * 2 ** Math.min(failures, MAX_DOUBLINGS))
    failures += 1
    logger.warn('no connection', { why })
    wake(dial, delayMs * (0.5 + random() / 2))
    onLost(why, heardUntil)
  }

  function hangUp(): WebSocketLike | undefined {
    const released = socket
    socket = openedAt = undefined
    cancelTimer()
    if (released !== undefined) released.onopen = released.onmessage = released.onclose = null
    return released
  }

  /** One timer at a time. */
  function wake(fn: () => void, ms: number): void {
    cancelTimer()
    cancelTimer = clock.schedule(fn, ms, { background: !isAwaited() })
  }

  function send(text: string): boolean {
    try {
      if (socket === undefined) return false
      socket.send(text)
    } catch {
      return false
    }
    framesWritten += 1
    return true
  }

  return {
    dial,
    send,
    ponged: keepAlive.ponged,
    get isWritable() {
      return openedAt !== undefined && socket?.readyState === OPEN
    },
    get bufferedBytes() {
      return socket?.bufferedAmount ?? 0
    },
    get framesWritten() {
      return framesWritten
    },
    async close() {
      const closing = hangUp()
      if (closing === undefined) return
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          cancel()
          resolve()
        }
        const cancel = clock.schedule(() => {
          closing.terminate?.()
          resolve()
        }, FAREWELL_MS)
        closing.onclose = finish
        closing.close()
      })
      release()
    },
  }
}
