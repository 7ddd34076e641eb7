/**
 * Requests that were written and not yet answered.
 *
 * Its size is the in-flight count; there is no second counter that could drift from it. The time-out is the same for
 * all, so the table's own order is the order of deadlines, and expiring costs as much as there are expired requests.
 * A request that ran out of time leaves a tombstone, because its answer may still come and is then worth money.
 */
import { positiveMs } from '../model/guards.js'

export type RequestTableOptions = {
  /** How long an answer may take before the outcome counts as unknown. Default: 5000. */
  readonly timeoutMs?: number | undefined
  /** How long after the time-out a late answer is still matched. Default: 60000. */
  readonly tombstoneMs?: number | undefined
}

export type RequestTable<T> = {
  /** Takes a place before anything is awaited. */
  open(content: T): number
  /** Starts the time-out: the bytes are on their way. @param now monotonic ms */
  written(id: number, now: number): void
  /** Frees the place of a request that was never written. */
  discard(id: number): void
  /** The content of an answered request, once; `late` when it had already expired. */
  settle(id: number): { readonly content: T; readonly late: boolean } | undefined
  /** Moves everything whose time ran out to the tombstones, and hands it over. */
  expire(now: number): readonly T[]
  /** When `expire` will next have something to do, monotonic ms. */
  readonly nextDeadlineAt: number | undefined
  /** How many are in flight. */
  readonly size: number
}

type Entry<T> = { readonly content: T; readonly deadlineAt: number }

export function createRequestTable<T>(options: RequestTableOptions = {}): RequestTable<T> {
  const timeoutMs = positiveMs(options.timeoutMs ?? 5_000, 'timeoutMs')
  const tombstoneMs = positiveMs(options.tombstoneMs ?? 60_000, 'tombstoneMs')
  /** Reserved places: as far as we know no bytes have left, so no clock is running. */
  const reserved = new Map<number, Pick<Entry<T>, 'content'>>()
  const live = new Map<number, Entry<T>>()
  const tombstones = new Map<number, Entry<T>>()
  let lastId = 0

  function* due(entries: Map<number, Entry<T>>, now: number): Generator<[number, Entry<T>]> {
    for (const entry of entries) {
      if (entry[1].deadlineAt > now) return
      yield entry
    }
  }

  return {
    open(content) {
      lastId += 1
      reserved.set(lastId, { content })
      return lastId
    },
    written(id, now) {
      const entry = takeFrom(reserved, id)
      if (entry !== undefined) live.set(id, { content: entry.content, deadlineAt: now + timeoutMs })
    },
    discard(id) {
      reserved.delete(id)
    },
    settle(id) {
      // An answer proves that the request was written, even when it overtakes the note of it.
      const entry = takeFrom(live, id) ?? takeFrom(reserved, id)
      if (entry !== undefined) return { content: entry.content, late: false }
      const tombstone = takeFrom(tombstones, id)
      return tombstone && { content: tombstone.content, late: true }
    },
    expire(now) {
      for (const [id] of due(tombstones, now)) tombstones.delete(id)
      const expired: T[] = []
      for (const [id, { content }] of due(live, now)) {
        live.delete(id)
        tombstones.set(id, { content, deadlineAt: now + tombstoneMs })
        expired.push(content)
      }
      return expired
    },
    get nextDeadlineAt() {
      const [first] = live.values()
      return first?.deadlineAt
    },
    get size() {
      return reserved.size + live.size
    },
  }
}

function takeFrom<V>(entries: Map<number, V>, id: number): V | undefined {
  const entry = entries.get(id)
  entries.delete(id)
  return entry
}
