/**
 * The dead man's switch: the venue cancels every open order of the account at a time that we keep moving ahead for as long
 * as we are well. When we are not, or not there any more, it is not moved, and that time comes.
 *
 * What is claimed is what the venue has confirmed, and no more. An answer that did not come leaves the time before.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { Condition } from '../control/readiness.js'
import type { DeadMansSwitchState } from '../executor.js'
import { positiveMs } from '../model/guards.js'
import type { DeadMansSwitchOptions } from '../options.js'
import { scheduleCancelAction } from '../wire/actions.js'
import { isVolumeGate } from '../wire/refusals.js'
import { type DefaultReply, parseDefaultReply } from '../wire/replies.js'
import type { Alarm } from './alarm.js'
import type { Post } from './meter.js'
import type { Parts } from './parts.js'
import type { Sign } from './sign.js'
import type { Until } from './until.js'

export type DeadMansSwitch = {
  readonly state: DeadMansSwitchState
  tick(now: number): void
  /**
   * The end: from here on nothing is moved. Orders that are to stay must not be cancelled behind our back, so it is cleared;
   * what should be gone and is not is left to it.
   *
   * @param deadlineAt monotonic ms
   * @returns what the venue may still do, for people
   */
  end(ordersMayStay: boolean, deadlineAt: number): Promise<string | undefined>
}

export type DeadMansSwitchParts = {
  readonly parts: Pick<Parts, 'clock' | 'nonces' | 'readiness' | 'limits' | 'emitter' | 'logger'>
  readonly post: Post
  readonly sign: Pick<Sign, 'action'>
  readonly until: Pick<Until, 'settles'>
  readonly alarm: Pick<Alarm, 'setBy'>
  readonly options: DeadMansSwitchOptions | undefined
}

/** The venue refuses less than five seconds; half of this is left for a retry. */
const LEAST_MS = 10_000
const DEFAULT_MS = 60_000
/** What was refused is tried again, but not so often that it eats the actions of the account. */
const REFUSED_RETRY_MS = 60_000
/** An account trades its way through the volume gate in days. */
const LOCKED_RETRY_MS = 3_600_000
const RETRY_MS = 1_000

/** Without these we do not know what we are doing, and somebody should cancel for us. */
const WELL: ReadonlySet<Condition> = /* @__PURE__ */ new Set<Condition>([
  'connection',
  'markets',
  'orderUpdates',
  'userFills',
  'account',
  'eventLoop',
])

/** @throws {RangeError} when an option is out of range */
export function createDeadMansSwitch(wiring: DeadMansSwitchParts): DeadMansSwitch {
  const { parts, post, sign, until, alarm, options } = wiring
  const { clock, nonces, readiness, limits, emitter, logger } = parts
  const cancelAfterMs = positiveMs(options?.cancelAfterMs ?? DEFAULT_MS, 'deadMansSwitch.cancelAfterMs')
  if (cancelAfterMs < LEAST_MS) throw new RangeError(`deadMansSwitch.cancelAfterMs: expected at least ${LEAST_MS}`)
  const everyMs = positiveMs(options?.rearmEveryMs ?? cancelAfterMs / 3, 'deadMansSwitch.rearmEveryMs')
  if (everyMs > cancelAfterMs / 2)
    throw new RangeError('deadMansSwitch.rearmEveryMs: expected at most half of cancelAfterMs')

  let state: DeadMansSwitchState =
    options === undefined ? { status: 'off' } : { status: 'failed', message: 'not armed yet' }
  let isBusy = false
  let isOver = options === undefined
  /** Whether the venue may hold a time of ours, confirmed or not. */
  let mayBeSet = false
  let dueAt = 0
  /** When the time that the venue has confirmed comes; monotonic ms. */
  let comesAt = Number.POSITIVE_INFINITY

  function become(next: DeadMansSwitchState): void {
    const isNews = next.status !== state.status || ('message' in next && next.message !== messageOf(state))
    state = next
    if (!isNews) return
    if (next.status !== 'armed') logger.warn('the dead man’s switch is not armed', { ...next })
    emitter.emit('deadMansSwitch', next)
  }

  function plan(delayMs: number): void {
    dueAt = clock.monotonic() + delayMs
    alarm.setBy(Math.min(dueAt, comesAt))
  }

  const isWell = (): boolean => readiness.state.missing.every(({ condition }) => !WELL.has(condition))

  /** @param time Unix ms of the venue; absent to clear it */
  async function schedule(time: number | undefined, deadlineAt: number): Promise<DefaultReply | 'silence'> {
    const payload = await sign.action(scheduleCancelAction(time))
    if (isOver && time !== undefined) return { kind: 'error', message: 'the executor was closed' }
    const posted = post({ type: 'action', payload }, 'reduceOnly')
    if (!posted.written) return { kind: 'error', message: `it could not be sent (${posted.why})` }
    mayBeSet = true
    const reply = await until.settles(posted.reply, deadlineAt)
    if (reply?.status === 'refused') return { kind: 'error', message: reply.message }
    return reply?.status === 'answered' ? parseDefaultReply(reply.payload) : 'silence'
  }

  async function arm(): Promise<void> {
    const sentAt = clock.monotonic()
    const cancelsAt = nonces.serverTime(clock.now()) + cancelAfterMs
    const answer = await schedule(cancelsAt, sentAt + limits.replyTimeoutMs)
    if (isOver) return
    if (answer === 'silence' || answer.kind === 'unknown') {
      if (state.status !== 'armed') become({ status: 'failed', message: 'the venue has not confirmed it' })
      plan(RETRY_MS)
    } else if (answer.kind === 'ok') {
      comesAt = sentAt + cancelAfterMs
      become({ status: 'armed', cancelsAt })
      plan(everyMs)
    } else if (isVolumeGate(answer.message)) {
      become({ status: 'locked', message: answer.message })
      plan(LOCKED_RETRY_MS)
    } else if (state.status === 'armed') {
      logger.warn('the dead man’s switch could not be moved', { detail: answer.message })
      plan(everyMs)
    } else {
      become({ status: 'failed', message: answer.message })
      plan(REFUSED_RETRY_MS)
    }
  }

  readiness.onChange(() => {
    if (!isOver && isWell() && clock.monotonic() >= dueAt) alarm.setBy(clock.monotonic())
  })

  return {
    get state() {
      return state
    },
    tick(now) {
      if (isOver) return
      if (now >= comesAt) {
        comesAt = Number.POSITIVE_INFINITY
        become({ status: 'failed', message: 'its time has come: the venue cancels every open order' })
      }
      if (isBusy) return
      if (now < dueAt) {
        alarm.setBy(Math.min(dueAt, comesAt))
        return
      }
      if (!isWell()) {
        if (comesAt < Number.POSITIVE_INFINITY) alarm.setBy(comesAt)
        return
      }
      isBusy = true
      arm()
        .catch((error: unknown) => {
          logger.error('the dead man’s switch could not be signed', { error })
          plan(RETRY_MS)
        })
        .finally(() => {
          isBusy = false
        })
    },
    async end(ordersMayStay, deadlineAt) {
      isOver = true
      if (!mayBeSet) return undefined
      const leftMs = Math.max(0, Math.min(comesAt - clock.monotonic(), cancelAfterMs))
      const at = `within ${Math.ceil(leftMs / 1_000)} s`
      if (!ordersMayStay) return `the dead man's switch was left on: the venue cancels every open order ${at}`
      const answer = await schedule(undefined, deadlineAt).catch(() => 'silence' as const)
      if (answer === 'silence' || answer.kind !== 'ok') {
        return `the dead man's switch could not be cleared: the venue may cancel every open order ${at}`
      }
      state = { status: 'off' }
      return undefined
    },
  }
}

const messageOf = (state: DeadMansSwitchState): string | undefined => ('message' in state ? state.message : undefined)
