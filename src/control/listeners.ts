/**
 * Listeners that are told at once, in the order in which they came, and cannot hurt each other.
 *
 * Who listens to a kill switch must hear of it even when the listener before has a bug.
 */

export type Listeners<T> = {
  /** Returns a function that removes the listener. */
  add(listener: (value: T) => void): () => void
  /** Tells everyone; what a listener throws is handed on only after all have heard. */
  tell(value: T): void
}

/** @param onError takes what listeners throw; without it the first error reaches the caller of `tell` */
export function createListeners<T>(onError?: ((error: unknown) => void) | undefined): Listeners<T> {
  // An entry of its own, so that the same function added twice is removed once at a time.
  const entries = new Set<{ readonly listener: (value: T) => void }>()
  return {
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    tell(value) {
      const errors: unknown[] = []
      for (const { listener } of [...entries]) {
        try {
          listener(value)
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length === 0) return
      if (onError === undefined) throw errors[0]
      for (const error of errors) onError(error)
    },
  }
}
