/**
 * A set that remembers the last `capacity` members and forgets the oldest one by one.
 *
 * Never cleared at once: a replay that arrives right after a clear would be taken for news.
 */

export type BoundedSet<T> = {
  /** Adds a member; `false` when it was there already. */
  add(member: T): boolean
  has(member: T): boolean
  /** Oldest first. */
  members(): Iterable<T>
  readonly size: number
}

export function createBoundedSet<T>(capacity: number): BoundedSet<T> {
  const members = new Set<T>()
  return {
    add(member) {
      if (members.has(member)) return false
      members.add(member)
      if (members.size > capacity) {
        const [oldest] = members
        members.delete(oldest as T)
      }
      return true
    },
    has: (member) => members.has(member),
    members: () => members.values(),
    get size() {
      return members.size
    },
  }
}
