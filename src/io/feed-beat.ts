/**
 * How long a feed that speaks by itself may be silent.
 *
 * Each time that asking for it anew was of no use it may be silent for twice as long: a market that is closed has
 * nothing to say, and must not cost a reconnect every quarter of a minute.
 */

/** All times are monotonic ms. */
export type FeedBeat = {
  /** The venue has confirmed the feed: from now on it is expected. */
  expect(now: number): void
  heard(now: number): void
  /** It was asked for anew. */
  askedAnew(now: number): void
  readonly heardAt: number
  /** When its silence is too long. */
  readonly dueAt: number
}

const MAX_PATIENCE = 16

export function createFeedBeat(timeoutMs: number): FeedBeat {
  let patienceMs = timeoutMs
  let expectedAt = 0
  let heardAt = 0

  function expect(now: number): void {
    expectedAt = heardAt = now
  }

  return {
    expect,
    heard(now) {
      // The first event after a subscription is what there is anyway, and no sign that more will come.
      const isBeating = now - heardAt < timeoutMs && now - expectedAt >= patienceMs
      if (isBeating) patienceMs = timeoutMs
      heardAt = now
    },
    askedAnew(now) {
      patienceMs = Math.min(patienceMs * 2, timeoutMs * MAX_PATIENCE)
      expect(now)
    },
    get heardAt() {
      return heardAt
    },
    get dueAt() {
      return heardAt + patienceMs
    },
  }
}
