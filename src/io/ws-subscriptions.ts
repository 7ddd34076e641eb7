/**
 * The feeds a connection keeps alive: who listens, and what the venue has confirmed on which connection.
 *
 * User feeds come first after a reconnect, since orders wait for them and prices do not.
 */
import { ExecutorError } from '../errors.js'
import type { Logger } from '../ports.js'
import { belongsTo, channelOf, confirms, type FeedSubscription } from '../wire/frames.js'
import type { JsonObject } from '../wire/json.js'

type Entry = {
  readonly subscription: FeedSubscription
  readonly listeners: Set<(data: unknown) => void>
  confirmedOn: number | undefined
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
  confirmed(subscription: JsonObject, generation: number): void
  refused(subscription: JsonObject | undefined, message: string): void
  dispatch(channel: string, data: unknown): void
  /** What the venue has not confirmed on this connection, user feeds first. */
  unconfirmed(generation: number): readonly FeedSubscription[]
  close(): void
}

export type SubscriptionEntry = Pick<Entry, 'subscription' | 'confirmedOn' | 'confirmed'>

export function createSubscriptionBook(logger: Pick<Logger, 'error'>): SubscriptionBook {
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
      const entry = createEntry(subscription, listener)
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
    confirmed(subscription, generation) {
      for (const entry of entries.values()) {
        if (!confirms(subscription, entry.subscription)) continue
        entry.confirmedOn = generation
        entry.confirm()
      }
    },
    refused(subscription, message) {
      for (const [key, entry] of entries) {
        // A refusal without an echo can only be about something that was not confirmed before.
        const isMeant =
          subscription === undefined ? entry.confirmedOn === undefined : confirms(subscription, entry.subscription)
        if (!isMeant) continue
        entry.refuse(new ExecutorError('VENUE_REFUSED', message))
        drop(key, entry)
        return
      }
    },
    dispatch(channel, data) {
      for (const entry of byChannel.get(channel) ?? []) {
        if (!belongsTo(data, entry.subscription)) continue
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

function createEntry(subscription: FeedSubscription, listener: (data: unknown) => void): Entry {
  let confirm = (): void => {}
  let refuse = (_error: Error): void => {}
  const confirmed = new Promise<void>((resolve, reject) => {
    confirm = resolve
    refuse = reject
  })
  // Who does not wait for the confirmation must not be ended by an unhandled rejection.
  confirmed.catch(() => {})
  return { subscription, listeners: new Set([listener]), confirmedOn: undefined, confirmed, confirm, refuse }
}
