/**
 * The feeds a connection keeps alive: who listens, what the venue has confirmed on which connection, and which of those
 * that speak by themselves have fallen silent.
 *
 * User feeds come first after a reconnect, since orders wait for them and prices do not.
 */
import { ExecutorError } from '../errors.js'
import type { Logger } from '../ports.js'
import { belongsTo, channelOf, confirms, type FeedSubscription, speaksByItself } from '../wire/frames.js'
import type { JsonObject } from '../wire/json.js'
import { createFeedBeat, type FeedBeat } from './feed-beat.js'

type Entry = {
  readonly subscription: FeedSubscription
  readonly listeners: Set<(data: unknown) => void>
  readonly beat: FeedBeat | undefined
  confirmedOn: number | undefined
  /** What the venue last had against it. */
  refusal: string | undefined
  readonly confirmed: Promise<void>
  confirm(): void
  refuse(error: Error): void
}

export type SubscriptionBook = {
  /** Adds a listener. `isNew` says that the venue has to be asked. */
  add(
    subscription: FeedSubscription,
    listener: (data: unknown) => void,
  ): { readonly entry: SubscriptionEntry; readonly isNew: boolean }
  /** Removes a listener; `true` when it was the last one of its feed. */
  remove(entry: SubscriptionEntry, listener: (data: unknown) => void): boolean
  /** @param now monotonic ms, as everywhere here */
  confirmed(subscription: JsonObject, generation: number, now: number): void
  /** A feed that was never confirmed is given up, and who asked for it is told. One that was is kept, and asked for again. */
  refused(subscription: JsonObject | undefined, message: string): void
  dispatch(channel: string, data: unknown, now: number): void
  /** What the venue has not confirmed on this connection, user feeds first. */
  unconfirmed(generation: number): readonly FeedSubscription[]
  /** What the venue last had against a feed that is to be kept. */
  readonly refusal: string | undefined
  /** Feeds that should have spoken; they may be silent for longer once this has been asked. */
  silences(generation: number, now: number): Silences
  close(): void
}

export type Silences = {
  readonly silent: readonly FeedSubscription[]
  /** When the first feed fell silent, if all of those that speak by themselves have. */
  readonly allSince: number | undefined
  /** When the next feed would be silent for too long. */
  readonly nextAt: number
}

export type SubscriptionEntry = Pick<Entry, 'subscription' | 'confirmedOn' | 'confirmed'>

/** @param feedTimeoutMs how long a feed that speaks by itself may be silent; infinite is for ever */
export function createSubscriptionBook(logger: Pick<Logger, 'error'>, feedTimeoutMs: number): SubscriptionBook {
  const entries = new Map<string, Entry>()
  const byChannel = new Map<string, Set<Entry>>()
  let isClosed = false

  function drop(key: string, entry: Entry): void {
    entries.delete(key)
    byChannel.get(channelOf(entry.subscription))?.delete(entry)
  }

  return {
    add(subscription, listener) {
      const key = keyOf(subscription)
      const known = entries.get(key)
      if (known !== undefined) {
        known.listeners.add(listener)
        return { entry: known, isNew: false }
      }
      const beat = speaksByItself(subscription) ? createFeedBeat(feedTimeoutMs) : undefined
      const entry = createEntry(subscription, listener, beat)
      if (isClosed) {
        entry.refuse(closedError())
        return { entry, isNew: false }
      }
      entries.set(key, entry)
      const channel = channelOf(subscription)
      byChannel.set(channel, (byChannel.get(channel) ?? new Set()).add(entry))
      return { entry, isNew: true }
    },
    remove({ subscription }, listener) {
      const key = keyOf(subscription)
      const entry = entries.get(key)
      if (!entry?.listeners.delete(listener) || entry.listeners.size > 0) return false
      drop(key, entry)
      return true
    },
    confirmed(subscription, generation, now) {
      for (const entry of entries.values()) {
        if (!confirms(subscription, entry.subscription)) continue
        if (entry.confirmedOn !== generation) entry.beat?.expect(now)
        entry.confirmedOn = generation
        entry.refusal = undefined
        entry.confirm()
      }
    },
    refused(subscription, message) {
      for (const [key, entry] of entries) {
        // A refusal without an echo can only be about something that was not confirmed before.
        const isMeant =
          subscription === undefined ? entry.confirmedOn === undefined : confirms(subscription, entry.subscription)
        if (!isMeant) continue
        if (entry.refusal !== message) {
          logger.error('the venue refused a subscription', { subscription: entry.subscription, message })
        }
        entry.refusal = message
        entry.refuse(new ExecutorError('VENUE_REFUSED', message))
        if (entry.confirmedOn === undefined) drop(key, entry)
        return
      }
      logger.error('the venue refused a subscription that nobody has asked for', { message })
    },
    dispatch(channel, data, now) {
      for (const entry of byChannel.get(channel) ?? []) {
        if (!belongsTo(data, entry.subscription)) continue
        entry.beat?.heard(now)
        for (const listener of [...entry.listeners]) {
          try {
            listener(data)
          } catch (error) {
            logger.error('a feed listener threw', { channel, error })
          }
        }
      }
    },
    unconfirmed(generation) {
      const waiting = [...entries.values()].filter(({ confirmedOn }) => confirmedOn !== generation)
      const subscriptions = waiting.map(({ subscription }) => subscription)
      return [...subscriptions.filter(isUserFeed), ...subscriptions.filter((feed) => !isUserFeed(feed))]
    },
    get refusal() {
      return [...entries.values()].find(({ refusal }) => refusal !== undefined)?.refusal
    },
    silences(generation, now) {
      const expected = [...entries.values()].flatMap(({ subscription, beat, confirmedOn }) =>
        beat !== undefined && confirmedOn === generation ? [{ subscription, beat }] : [],
      )
      const silent = expected.filter(({ beat }) => now >= beat.dueAt)
      const areAllQuiet = silent.length > 0 && expected.every(({ beat }) => now - beat.heardAt >= feedTimeoutMs)
      const allSince = areAllQuiet ? Math.min(...expected.map(({ beat }) => beat.heardAt)) : undefined
      for (const { beat } of areAllQuiet ? expected : silent) beat.askedAnew(now)
      const nextAt = Math.min(Number.POSITIVE_INFINITY, ...expected.map(({ beat }) => beat.dueAt))
      return { silent: silent.map(({ subscription }) => subscription), allSince, nextAt }
    },
    close() {
      isClosed = true
      for (const entry of entries.values()) entry.refuse(closedError())
      entries.clear()
      byChannel.clear()
    },
  }
}

const closedError = (): ExecutorError => new ExecutorError('CLOSED', 'the connection was closed')

const isUserFeed = (subscription: FeedSubscription): boolean => 'user' in subscription

const keyOf = (subscription: FeedSubscription): string =>
  JSON.stringify(Object.entries(subscription).sort(([a], [b]) => (a < b ? -1 : 1)))

function createEntry(
  subscription: FeedSubscription,
  listener: (data: unknown) => void,
  beat: FeedBeat | undefined,
): Entry {
  let confirm = (): void => {}
  let refuse = (_error: Error): void => {}
  const confirmed = new Promise<void>((resolve, reject) => {
    confirm = resolve
    refuse = reject
  })
  // Who does not wait for the confirmation must not be ended by an unhandled rejection.
  confirmed.catch(() => {})
  return {
    subscription,
    listeners: new Set([listener]),
    beat,
    confirmedOn: undefined,
    refusal: undefined,
    confirmed,
    confirm,
    refuse,
  }
}
