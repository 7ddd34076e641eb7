/**
 * Whether new orders may go: a list of conditions, each met or with the reason why not.
 *
 * They hold for the account as a whole, and whoever meets a condition takes it back when it falls.
 */
import { createListeners } from './listeners.js'

/** What must be known before a new order may go anywhere. */
export const CONDITIONS = [
  'journal',
  'connection',
  'markets',
  'orderUpdates',
  'userFills',
  'account',
  'recovery',
  'clock',
  'eventLoop',
] as const

export type Condition = (typeof CONDITIONS)[number]

export type Missing = { readonly condition: Condition; readonly detail: string }

export type ReadinessState = { readonly ready: boolean; readonly missing: readonly Missing[] }

export type Readiness = {
  readonly state: ReadinessState
  met(condition: Condition): void
  unmet(condition: Condition, detail: string): void
  /** Called synchronously when `ready` flips or what is missing changes. */
  onChange(listener: (state: ReadinessState) => void): () => void
}

export type ReadinessOptions = {
  /** Takes what listeners throw; without it the first error reaches whoever changed a condition, once all have heard. */
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

export function createReadiness(options: ReadinessOptions = {}): Readiness {
  const missing = new Map<Condition, string>(CONDITIONS.map((condition) => [condition, 'not started']))
  const listeners = createListeners<ReadinessState>(options.onListenerError)
  let state = current()

  function current(): ReadinessState {
    const list = CONDITIONS.flatMap((condition) => {
      const detail = missing.get(condition)
      return detail === undefined ? [] : [{ condition, detail }]
    })
    return { ready: list.length === 0, missing: list }
  }

  function update(): void {
    state = current()
    listeners.tell(state)
  }

  return {
    get state() {
      return state
    },
    met(condition) {
      if (missing.delete(condition)) update()
    },
    unmet(condition, detail) {
      if (missing.get(condition) === detail) return
      missing.set(condition, detail)
      update()
    },
    onChange: listeners.add,
  }
}
