/**
 * A list that remembers the newest so many entries, so that an exchange that runs for days stays the same size.
 */
export type Ring<T> = {
  /** Adds an entry; returns the one that had to go for it. */
  push(item: T): T | undefined
  /** At most `count` entries, newest first. */
  newest(count: number): T[]
  /** Everything kept, oldest first. */
  all(): T[]
}

export function createRing<T>(limit: number): Ring<T> {
  const items: T[] = []
  let next = 0
  return {
    push(item) {
      const evicted = items.length < limit ? undefined : items[next]
      items[next] = item
      next = (next + 1) % limit
      return evicted
    },
    newest(count) {
      const wanted = Math.min(count, items.length)
      const result: T[] = []
      for (let i = 1; i <= wanted; i++) {
        const item = items[(next - i + items.length) % items.length]
        if (item !== undefined) result.push(item)
      }
      return result
    },
    all: () => (items.length < limit ? items.slice() : [...items.slice(next), ...items.slice(0, next)]),
  }
}
