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
  inFlight(now: number): number
}

/** One that is unanswered for so long is answered late or never, and must not stand in the way of others. */
const FORGOTTEN_MS = 10_000

export function createPostTable(): PostTable {
  const waiting = new Map<number, (reply: PostReply) => void>()
  /** When it was written, oldest first. */
  const worked = new Map<number, number>()

  function discard(id: number): void {
    waiting.delete(id)
    worked.delete(id)
  }

  return {
    discard,
    open(id, now) {
      worked.set(id, now)
      return new Promise((resolve) => waiting.set(id, resolve))
    },
    settle(id, reply) {
      waiting.get(id)?.(reply)
      discard(id)
    },
    end(reply) {
      const all = [...waiting.values()]
      waiting.clear()
      worked.clear()
      for (const resolve of all) resolve(reply)
    },
    inFlight(now) {
      for (const [id, at] of worked) {
        if (now - at < FORGOTTEN_MS) break
        worked.delete(id)
      }
      return worked.size
    },
  }
}
