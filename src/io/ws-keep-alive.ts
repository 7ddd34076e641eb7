/**
 * Two of the three clocks of a connection: the last byte, and the last answer to a ping. The third is the last event of a
 * feed, see `feed-beat`.
 *
 * After a ping a living venue sends something at once, and its pong soon. Nothing at all: the socket is half open. Bytes
 * but no pong: what we write does not arrive, which no feed would ever show. The pong has longer, because it may
 * stand behind a burst of feeds.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/timeouts-and-heartbeats
 */
export type KeepAliveOptions = {
  readonly pingIntervalMs: number
  /** After a ping. */
  readonly silenceTimeoutMs: number
  /** After a ping. */
  readonly pongTimeoutMs: number
}

/** All times are monotonic ms. */
export type KeepAlive = {
  /** Starts both clocks anew. */
  begin(now: number): void
  pinged(now: number): void
  /** A frame came, whatever it was. */
  heard(): void
  ponged(): void
  isPingDue(now: number): boolean
  /** Why the connection is dead, if it is. */
  verdict(now: number): string | undefined
  /** When there is something to be done or judged next. */
  readonly nextAt: number
}

const NEVER: number = Number.POSITIVE_INFINITY

export function createKeepAlive(options: KeepAliveOptions): KeepAlive {
  const { pingIntervalMs, silenceTimeoutMs, pongTimeoutMs } = options
  let pingAt = NEVER
  /** The first ping since which nothing was heard. */
  let unheardSince = NEVER
  /** When each ping was sent that has no pong yet, oldest first. A late pong answers its own ping, and not the newest. */
  let unanswered: number[] = []
  const pongDueAt = (): number => (unanswered[0] ?? NEVER) + pongTimeoutMs

  return {
    begin(now) {
      pingAt = now + pingIntervalMs
      unheardSince = NEVER
      unanswered = []
    },
    pinged(now) {
      pingAt = now + pingIntervalMs
      unheardSince = Math.min(unheardSince, now)
      unanswered.push(now)
    },
    heard() {
      unheardSince = NEVER
    },
    ponged() {
      unanswered.shift()
    },
    isPingDue: (now) => now >= pingAt,
    verdict(now) {
      if (now >= unheardSince + silenceTimeoutMs) return 'nothing was heard any more'
      return now >= pongDueAt() ? 'no ping was answered any more' : undefined
    },
    get nextAt() {
      return Math.min(pingAt, unheardSince + silenceTimeoutMs, pongDueAt())
    },
  }
}
