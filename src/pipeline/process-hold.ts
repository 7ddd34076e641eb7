/**
 * Keeps the process alive for as long as somebody waits for something of ours, and hardly longer: a bot that was forgotten
 * ends by itself, one that waits for a fill does not.
 *
 * All other timers of ours, and the socket, let the process go.
 */
import type { OwnedClock } from './owned-clock.js'
import type { Parts } from './parts.js'
import type { Settlement } from './settlement.js'
import type { StandDownPart } from './stand-down.js'
import type { TimeStop } from './time-stop.js'

export type ProcessHold = {
  /** To be called when something may have begun to be waited for; how long that lasts is looked at by itself. */
  look(): void
  /** Somebody waits for this promise. */
  awaited<T>(promise: Promise<T>): Promise<T>
}

export type ProcessHoldParts = {
  readonly parts: Pick<Parts, 'transport' | 'emitter'>
  readonly timers: Pick<OwnedClock, 'scheduleAwaited'>
  readonly settlement: Pick<Settlement, 'isAwaited'>
  readonly standDown: Pick<StandDownPart, 'isUnfinished'>
  readonly timeStop: Pick<TimeStop, 'isWatching'> | undefined
}

const LOOK_EVERY_MS = 1_000

/** Made when all of ours listen already: who listens from then on is somebody that waits. */
export function createProcessHold(wiring: ProcessHoldParts): ProcessHold {
  const { parts, timers, settlement, standDown, timeStop } = wiring
  const { transport, emitter } = parts
  let isHeld = false
  let promises = 0

  transport.unref?.()
  for (const event of ['fill', 'standDown'] as const) emitter.on(event, look)
  const listenersOfOurs = emitter.size

  function isAwaited(): boolean {
    if (promises > 0 || settlement.isAwaited) return true
    // Before the start there is nothing that could come.
    if (transport.state.status === 'idle') return false
    return emitter.size > listenersOfOurs || standDown.isUnfinished || timeStop?.isWatching === true
  }

  function look(): void {
    if (isHeld || !isAwaited()) return
    isHeld = true
    timers.scheduleAwaited(() => {
      isHeld = false
      look()
    }, LOOK_EVERY_MS)
  }

  return {
    look,
    awaited(promise) {
      promises += 1
      const end = (): void => {
        promises -= 1
      }
      promise.then(end, end)
      look()
      return promise
    },
  }
}
