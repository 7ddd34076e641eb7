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
  // Replaced and never changed, so that who comes or goes while others are told makes no difference to them. An entry of its
  // own, so that the same function added twice is removed once at a time.
  let entries: readonly { readonly listener: (value: T) => void }[] = []
  return {
    add(listener) {
      const entry = { listener }
      entries = [...entries, entry]
      return () => {
        entries = entries.filter((one) => one !== entry)
      }
    },
    tell(value) {
      let errors: unknown[] | undefined
      for (const { listener } of entries) {
        try {
          listener(value)
        } catch (error) {
          errors = [...(errors ?? []), error]
        }
      }
      if (errors === undefined) return
      if (onError === undefined) throw errors[0]
      for (const error of errors) onError(error)
    },
  }
}
