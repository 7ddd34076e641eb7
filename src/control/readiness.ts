/**
 * Whether new orders may go: a list of conditions, each met or with the reason why not.
 *
 * Conditions belong to one connection and fall with it. Some are global, some belong to one market.
 */

/** What must be known before a new order may go anywhere. */
export type Condition = 'connection' | 'markets' | 'orderUpdates' | 'userFills' | 'account' | 'clock'

export const CONDITIONS: readonly Condition[] = [
  'connection',
  'markets',
  'orderUpdates',
  'userFills',
  'account',
  'clock',
]

export type Missing = { readonly condition: Condition; readonly detail: string }

export type ReadinessState = { readonly ready: boolean; readonly missing: readonly Missing[] }

export type Readiness = {
  readonly state: ReadinessState
  met(condition: Condition): void
  unmet(condition: Condition, detail: string): void
  /** Called synchronously when `ready` flips or what is missing changes. */
  onChange(listener: (state: ReadinessState) => void): () => void
}

export function createReadiness(): Readiness {
  const missing = new Map<Condition, string>(CONDITIONS.map((condition) => [condition, 'not started']))
  const listeners = new Set<(state: ReadinessState) => void>()
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
    for (const listener of [...listeners]) listener(state)
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
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
