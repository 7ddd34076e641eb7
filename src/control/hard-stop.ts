/**
 * The kill switch: a latch that keeps its first reason.
 *
 * State is one object replaced in one assignment, so that whoever sees the flag sees the reason too. The pipeline
 * reads it again in the same turn as the socket write; nothing but reading it decides whether a new order leaves.
 */
import { ExecutorError } from '../errors.js'
import { operatorName } from '../model/guards.js'
import type { Clock } from '../ports.js'
import { createListeners } from './listeners.js'

export type HardStopCause = 'manual' | 'risk' | 'fault'

export type HardStopState =
  | { readonly triggered: false }
  | {
      readonly triggered: true
      readonly cause: HardStopCause
      readonly reason: string
      /** Unix ms. */
      readonly at: number
    }

export type HardStop = {
  readonly state: HardStopState
  /**
   * Stops new orders for good. Only the first call counts; later ones change nothing.
   *
   * @param stop.at Unix ms, of a stop from before a restart. Default: now
   */
  trigger(stop: { readonly cause: HardStopCause; readonly reason: string; readonly at?: number | undefined }): void
  /**
   * Lets new orders go again. A deliberate act of a person, who is named.
   *
   * @throws {RangeError} when no operator is named
   * @throws {ExecutorError} `NOT_FLAT`, of an executor, while what the stop has set going is not done, or orders or positions
   * are there again, or nobody knows; `standDown.takeOver` is the way round
   */
  reset(operator: string): void
  /** Called synchronously on every change. Returns a function that removes the listener. */
  onChange(listener: (state: HardStopState) => void): () => void
}

export type HardStopOptions = {
  readonly clock: Pick<Clock, 'now'>
  /** What forbids a reset just now, in words. Default: nothing does. */
  readonly resetObstacle?: (() => string | undefined) | undefined
  /** Takes what listeners throw; without it the first error reaches whoever triggered or reset, once all have heard. */
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

const CLEAR: HardStopState = { triggered: false }

export function createHardStop({ clock, resetObstacle, onListenerError }: HardStopOptions): HardStop {
  const listeners = createListeners<HardStopState>(onListenerError)
  let state = CLEAR

  function become(next: HardStopState): void {
    state = next
    listeners.tell(state)
  }

  return {
    get state() {
      return state
    },
    trigger({ cause, reason, at = clock.now() }) {
      if (!state.triggered) become({ triggered: true, cause, reason, at })
    },
    reset(operator) {
      operatorName(operator)
      if (!state.triggered) return
      const obstacle = resetObstacle?.()
      if (obstacle !== undefined) throw new ExecutorError('NOT_FLAT', `the kill switch cannot be reset: ${obstacle}`)
      become(CLEAR)
    },
    onChange: listeners.add,
  }
}
