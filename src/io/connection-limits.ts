/**
 * How many connections may be open to the venue, and how often a new one may be tried.
 *
 * The venue counts by IP address and shuts out whoever goes beyond, so everybody who shares an address shares one of these.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import { wholeNumber } from '../model/guards.js'

export type ConnectionLimitsOptions = {
  /** Less where several processes share an IP address. Default: 10, which is all of what the venue allows. */
  readonly maxOpen?: number | undefined
  /** Tries count, whether they succeed or not. Default: 30, which is all of what the venue allows. */
  readonly maxNewPerMinute?: number | undefined
}

export type ConnectionPlace =
  | {
      readonly granted: true
      /** The connection is gone. */
      release(): void
    }
  /** Not before so many ms from now. */
  | { readonly granted: false; readonly waitMs: number }

export type ConnectionLimits = {
  /** Takes a place for a connection that is about to be tried. @param now monotonic ms */
  take(now: number): ConnectionPlace
}

/** A second more than the venue's, because not every attempt is equally long on its way. */
const WINDOW_MS = 61_000
/** Nobody can know when an open connection will end. */
const FULL_RETRY_MS = 1_000

/** @throws {RangeError} when a limit is not a whole number above zero */
export function createConnectionLimits(options: ConnectionLimitsOptions = {}): ConnectionLimits {
  const maxOpen = wholeNumber(options.maxOpen ?? 10, 'maxOpen')
  const maxNew = wholeNumber(options.maxNewPerMinute ?? 30, 'maxNewPerMinute')
  const triedAt: number[] = []
  let open = 0

  return {
    take(now) {
      while (triedAt[0] !== undefined && now - triedAt[0] >= WINDOW_MS) triedAt.shift()
      const [oldest] = triedAt
      if (oldest !== undefined && triedAt.length >= maxNew) return { granted: false, waitMs: oldest + WINDOW_MS - now }
      if (open >= maxOpen) return { granted: false, waitMs: FULL_RETRY_MS }
      triedAt.push(now)
      open += 1
      let isHeld = true
      return {
        granted: true,
        release() {
          if (isHeld) open -= 1
          isHeld = false
        },
      }
    },
  }
}

const shared = /* @__PURE__ */ new Map<string, ConnectionLimits>()

/** Those that all connections of this process to one host share. */
export function sharedConnectionLimits(host: string): ConnectionLimits {
  const known = shared.get(host)
  if (known !== undefined) return known
  const limits = createConnectionLimits()
  shared.set(host, limits)
  return limits
}
