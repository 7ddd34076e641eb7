/**
 * What follows when the kill switch is thrown: everything is cancelled and closed, as far as it is meant to be, until the
 * venue itself says that nothing is left.
 *
 * It is not given up. What could not be done is tried again after a pause that grows, across lost connections and, with a
 * journal, across restarts; an attempt in which nothing got less is told as `degraded`. Only its end, a person who takes over,
 * a reset or the end of the executor ends it.
 */
import type { StandDown, StandDownEnd, StandDownState, TakeDown } from '../control/stand-down.js'
import { isLess } from '../control/stand-down.js'
import { operatorName } from '../model/guards.js'
import type { ClosePosition } from './close-position.js'
import type { Parts } from './parts.js'
import type { TakingDown } from './take-down.js'
import type { Until } from './until.js'

export type StandDownPart = {
  /** What callers see of it. */
  readonly face: StandDown
  /** Looks at the kill switch and the connection: begins, goes on, or is over with the stop it belonged to. */
  review(): void
  /** Takes up how it ended in an earlier life of the process. */
  restore(end: StandDownEnd | undefined): void
  /** How it has ended, if it has. */
  readonly ended: StandDownEnd | undefined
  /** It has begun, and nobody has ended it. */
  readonly isUnfinished: boolean
  /** What forbids a reset of the kill switch, for people. */
  resetObstacle(): string | undefined
  /** Gives it up for good, and says what was still to be done. */
  stop(): TakeDown
}

export type StandDownParts = {
  readonly parts: Pick<Parts, 'clock' | 'transport' | 'hardStop' | 'readiness' | 'emitter' | 'logger' | 'fault'>
  readonly what: TakeDown
  readonly taking: TakingDown
  readonly closePosition: Pick<ClosePosition, 'giveUp'>
  readonly until: Until
  readonly onEnd: (end: StandDownEnd) => void
}

/** Whatever has not become less in so long is told. */
const ATTEMPT_MS = 30_000
/** Between two attempts; doubles while nothing gets less. */
const PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000

const NOTHING: TakeDown = { orders: 'leave', positions: 'leave' }

export function createStandDown(wiring: StandDownParts): StandDownPart {
  const { parts, what, taking, closePosition, until, onEnd } = wiring
  const { clock, transport, hardStop, readiness, emitter, logger, fault } = parts
  const isNothing = what.orders === 'leave' && what.positions === 'leave'
  let state: StandDownState = { status: 'off' }
  /** Another object each time it begins. */
  let run: object | undefined
  let isStopped = false

  const isUnfinished = (): boolean => state.status === 'working' || state.status === 'degraded'
  const isFlat = (): boolean => taking.remainder({ ...what, positions: 'flatten' }).positions.length === 0

  function become(next: StandDownState): void {
    state = next
    emitter.emit('standDown', state)
  }

  async function work(isWanted: () => boolean): Promise<void> {
    // The kill switch may be thrown in the middle of anything; what follows from it is done by the end of the turn.
    await Promise.resolve()
    let pauseMs = PAUSE_MS
    while (isWanted()) {
      const before = taking.remainder(what)
      const obstacles = await taking.takeDown(what, clock.monotonic() + ATTEMPT_MS, isWanted).catch(broken)
      if (!isWanted()) return
      if (obstacles.length === 0) {
        end({ status: 'done', at: clock.now(), isFlat: isFlat(), elsewhere: taking.elsewhere() })
        return
      }
      const isProgress = isLess(taking.remainder(what), before)
      tellObstacles(isProgress ? 'working' : 'degraded', obstacles)
      pauseMs = isProgress ? PAUSE_MS : Math.min(MAX_PAUSE_MS, pauseMs * 2)
      await until.holds(() => !isWanted(), clock.monotonic() + pauseMs)
    }
  }

  /** A mistake of ours is no reason to stop trying to get out. */
  function broken(error: unknown): readonly string[] {
    fault('the stand-down failed', error)
    return ['an error of ours, see the log']
  }

  function tellObstacles(status: 'working' | 'degraded', obstacles: readonly string[]): void {
    if (status === 'degraded') logger.error('the stand-down makes no progress, and is tried on', { obstacles })
    else logger.warn('the stand-down is not done, and is tried on', { obstacles })
    become({ status, obstacles })
  }

  function end(next: StandDownEnd): void {
    run = undefined
    onEnd(next)
    logger.info('the stand-down is over', next)
    become(next)
  }

  function review(): void {
    if (!hardStop.state.triggered) {
      run = undefined
      if (state.status !== 'off') become({ status: 'off' })
      return
    }
    if (isNothing || isStopped) return
    if (state.status === 'off') become({ status: 'working', obstacles: [] })
    // Before the start there is nobody to talk to, and a process that never starts must be able to end.
    if (!isUnfinished() || run !== undefined || transport.state.status === 'idle') return
    const own = {}
    run = own
    void work(() => run === own)
  }

  const face: StandDown = {
    get state() {
      return state
    },
    takeOver(operator) {
      const by = operatorName(operator)
      if (!hardStop.state.triggered || state.status === 'takenOver') return
      closePosition.giveUp()
      end({ status: 'takenOver', at: clock.now(), by })
    },
  }

  return {
    face,
    get ended() {
      return state.status === 'done' || state.status === 'takenOver' ? state : undefined
    },
    get isUnfinished() {
      return isUnfinished()
    },
    review,
    restore(ended) {
      if (ended !== undefined) become(ended)
    },
    resetObstacle() {
      if (isNothing || state.status === 'takenOver') return undefined
      if (state.status !== 'done') return `the stand-down is ${state.status}`
      if (readiness.state.missing.some(({ condition }) => condition === 'account')) return 'the account is not read'
      const { orders, positions } = taking.remainder(what)
      if (orders === 0 && positions.length === 0) return undefined
      return `orders that are open: ${orders}; positions: ${positions.map(({ market }) => market).join(', ') || 'none'}`
    },
    stop() {
      isStopped = true
      run = undefined
      return hardStop.state.triggered && state.status !== 'done' && state.status !== 'takenOver' ? what : NOTHING
    },
  }
}
