/**
 * The limits of the venue, as numbers. They hold for an address or for an IP address; see address-limits.ts and
 * ip-limits.ts.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
export type SimLimits = {
  /** Actions an address may send before it has traded anything. */
  readonly requestsPerAddress: number
  /** Weight of requests per minute. */
  readonly weightPerMinute: number
  readonly connections: number
  readonly connectionsPerMinute: number
  readonly subscriptions: number
  /** Different users in subscriptions. */
  readonly users: number
  /** Frames sent over WebSocket per minute. */
  readonly messagesPerMinute: number
  /** WebSocket posts without an answer. */
  readonly pendingPosts: number
}

export const VENUE_LIMITS: SimLimits = {
  requestsPerAddress: 10_000,
  weightPerMinute: 1_200,
  connections: 10,
  connectionsPerMinute: 30,
  subscriptions: 1_000,
  users: 10,
  messagesPerMinute: 2_000,
  pendingPosts: 100,
}

const NO_LIMITS: SimLimits = {
  requestsPerAddress: Number.POSITIVE_INFINITY,
  weightPerMinute: Number.POSITIVE_INFINITY,
  connections: Number.POSITIVE_INFINITY,
  connectionsPerMinute: Number.POSITIVE_INFINITY,
  subscriptions: Number.POSITIVE_INFINITY,
  users: Number.POSITIVE_INFINITY,
  messagesPerMinute: Number.POSITIVE_INFINITY,
  pendingPosts: Number.POSITIVE_INFINITY,
}

/** Everything that a test starts comes from one IP address, so only what an address may send is limited by default. */
const DEFAULT_LIMITS: SimLimits = { ...NO_LIMITS, requestsPerAddress: VENUE_LIMITS.requestsPerAddress }

/** @throws {RangeError} when a limit is not a number from zero up */
export function limitsFrom(option: 'venue' | 'none' | Partial<SimLimits> | undefined): SimLimits {
  if (option === 'venue') return VENUE_LIMITS
  if (option === 'none') return NO_LIMITS
  for (const [name, value] of Object.entries(option ?? {})) {
    if (!(Number.isInteger(value) || value === Number.POSITIVE_INFINITY) || value < 0) {
      throw new RangeError(`limits.${name}: expected a whole number or Infinity, got ${value}`)
    }
  }
  return { ...DEFAULT_LIMITS, ...option }
}
