/**
 * The host bot's own word on new orders, where it has asked to have one. Until it is given they wait; taken back, those in the
 * queue are denied.
 */
import type { Executor } from '../executor.js'
import type { Dispatch } from './dispatch.js'
import type { Parts } from './parts.js'

export type HostReadiness = Pick<Executor, 'setReady'>

export function createHostReadiness(
  { readiness }: Pick<Parts, 'readiness'>,
  dispatch: Pick<Dispatch, 'denyNew'>,
  isAsked: boolean,
): HostReadiness {
  if (isAsked) readiness.unmet('host', 'the host has not said so')
  else readiness.met('host')

  return {
    setReady(isReady, reason = 'the host says so') {
      if (!isAsked) throw new RangeError('readiness: it is the executor’s alone; choose "host" to have a word in it')
      if (isReady) readiness.met('host')
      else {
        readiness.unmet('host', reason)
        dispatch.denyNew('NOT_READY', reason)
      }
    },
  }
}
