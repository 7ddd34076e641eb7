/** Posts that were written on a connection and not answered: who waits for each, and how many the venue still works on. */
import type { PostReply } from '../ports.js'

export type PostTable = {
  /** @param now monotonic ms */
  open(id: number, now: number): Promise<PostReply>
  /** It was not written after all. */
  discard(id: number): void
  settle(id: number, reply: PostReply): void
  /** Settles all of them. */
  end(reply: PostReply): void
  /** How many of them the venue may still be working on. */
  inFlight(now: number): number
  /** Whether it leaves so many unanswered, and has for so long, that the connection is no better than a dead one. */
  isChoked(now: number): boolean
}

/** One that is unanswered for so long is answered late or never, and must not stand in the way of others. */
const FORGOTTEN_MS = 10_000
const CHOKED_AFTER_MS = 30_000
const CHOKED_POSTS = 80

export function createPostTable(): PostTable {
  /** Oldest first, as `fresh`. */
  const waiting = new Map<number, { readonly writtenAt: number; settle(reply: PostReply): void }>()
  const fresh = new Map<number, number>()

  function discard(id: number): void {
    waiting.delete(id)
    fresh.delete(id)
  }

  return {
    discard,
    open(id, now) {
      fresh.set(id, now)
      return new Promise((settle) => waiting.set(id, { writtenAt: now, settle }))
    },
    settle(id, reply) {
      waiting.get(id)?.settle(reply)
      discard(id)
    },
    end(reply) {
      const all = [...waiting.values()]
      waiting.clear()
      fresh.clear()
      for (const { settle } of all) settle(reply)
    },
    inFlight(now) {
      for (const [id, at] of fresh) {
        if (now - at < FORGOTTEN_MS) break
        fresh.delete(id)
      }
      return fresh.size
    },
    isChoked(now) {
      const [oldest] = waiting.values()
      return oldest !== undefined && waiting.size >= CHOKED_POSTS && now - oldest.writtenAt >= CHOKED_AFTER_MS
    },
  }
}
