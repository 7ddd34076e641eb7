/**
 * What one IP address may do: weight and messages per minute, connections, subscriptions, users and pending posts.
 * All clients of a simulated exchange come from one.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import type { Clock } from '../../ports.js'
import type { SimLimits } from './limits.js'

export type IpLimits = {
  /** Pays for a request; false when the minute is used up. */
  spend(weight: number): boolean
  /** Charges for an answer, which is never refused once it is there. */
  charge(weight: number): void
  /** Counts a frame from the client. */
  message(): boolean
  mayConnect(): boolean
  connected(): void
  disconnected(): void
  /** Takes a place for a subscription, or says what there are too many of. */
  subscribe(user: string | undefined): 'subscriptions' | 'users' | undefined
  unsubscribe(user: string | undefined): void
  /** Takes a place for a post until it is answered. */
  post(): boolean
  answered(): void
}

const MINUTE_MS = 60_000

export function createIpLimits(limits: SimLimits, clock: Pick<Clock, 'monotonic'>): IpLimits {
  const weight = createMinute(limits.weightPerMinute, clock)
  const messages = createMinute(limits.messagesPerMinute, clock)
  const connects = createMinute(limits.connectionsPerMinute, clock)
  /** How many subscriptions there are about each user. */
  const users = new Map<string, number>()
  let connections = 0
  let subscriptions = 0
  let posts = 0

  return {
    spend: weight.take,
    charge: weight.add,
    message: () => messages.take(1),
    mayConnect: () => connections < limits.connections && connects.hasRoom(1),
    connected() {
      connections++
      connects.add(1)
    },
    disconnected() {
      connections--
    },
    subscribe(user) {
      if (subscriptions >= limits.subscriptions) return 'subscriptions'
      if (user !== undefined && !users.has(user) && users.size >= limits.users) return 'users'
      subscriptions++
      if (user !== undefined) users.set(user, (users.get(user) ?? 0) + 1)
      return undefined
    },
    unsubscribe(user) {
      subscriptions--
      if (user === undefined) return
      const left = (users.get(user) ?? 0) - 1
      if (left > 0) users.set(user, left)
      else users.delete(user)
    },
    post() {
      if (posts >= limits.pendingPosts) return false
      posts++
      return true
    },
    answered() {
      posts--
    },
  }
}

type Minute = {
  hasRoom(amount: number): boolean
  add(amount: number): void
  /** Adds only when there is room. */
  take(amount: number): boolean
}

/** What came within the last minute, to the millisecond, so that no two minutes fit into one. */
function createMinute(limit: number, clock: Pick<Clock, 'monotonic'>): Minute {
  let entries: { readonly at: number; amount: number }[] = []
  let first = 0
  let sum = 0

  function expire(): void {
    const start = clock.monotonic() - MINUTE_MS
    let entry = entries[first]
    while (entry !== undefined && entry.at <= start) {
      sum -= entry.amount
      entry = entries[++first]
    }
    if (first * 2 > entries.length) {
      entries = entries.slice(first)
      first = 0
    }
  }

  const minute: Minute = {
    hasRoom(amount) {
      expire()
      return sum + amount <= limit
    },
    add(amount) {
      if (limit === Number.POSITIVE_INFINITY || amount === 0) return
      sum += amount
      const at = clock.monotonic()
      const last = entries.at(-1)
      if (last?.at === at && entries.length > first) last.amount += amount
      else entries.push({ at, amount })
    },
    take(amount) {
      if (!minute.hasRoom(amount)) return false
      minute.add(amount)
      return true
    },
  }
  return minute
}
