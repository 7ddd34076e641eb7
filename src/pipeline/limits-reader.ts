/**
 * Asks the venue how many actions the account has left: on every new connection, every so often, and at once when they
 * are used up by our count, which may be wrong where others trade the same account.
 */
import type { VenueLimits } from '../control/venue-limits.js'
import type { Ask } from '../ports.js'
import { parseUserRateLimit, userRateLimitRequest } from '../wire/info.js'
import type { Alarm } from './alarm.js'
import type { Parts } from './parts.js'

export type LimitsReader = { tick(now: number): void }

export type LimitsReaderParts = {
  readonly parts: Pick<Parts, 'account' | 'clock' | 'transport' | 'logger' | 'emitter' | 'readiness'>
  readonly venueLimits: VenueLimits
  readonly ask: Ask
  readonly alarm: Alarm
}

/** Between two questions, however urgent. */
const LEAST_MS = 5_000

export function createLimitsReader({ parts, venueLimits, ask, alarm }: LimitsReaderParts): LimitsReader {
  const { account, clock, transport, logger, emitter, readiness } = parts
  let generation = 0
  let dueAt = Number.POSITIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let isAsking = false

  function plan(at: number): void {
    dueAt = Math.min(dueAt, Math.max(at, askedAt + LEAST_MS))
    alarm.setBy(dueAt)
  }

  async function read(): Promise<void> {
    isAsking = true
    askedAt = clock.monotonic()
    dueAt = Number.POSITIVE_INFINITY
    const finish = venueLimits.beginReading(askedAt)
    const count = await ask(userRateLimitRequest(account)).then(parseUserRateLimit, () => undefined)
    isAsking = false
    if (count === undefined) {
      logger.warn('the limits of the account could not be read')
      plan(askedAt)
    } else {
      finish(count, clock.monotonic())
      plan(askedAt + venueLimits.refreshMs)
    }
  }

  transport.onState((state) => {
    if (state.status !== 'open' || state.generation === generation) return
    generation = state.generation
    void read()
  })
  readiness.met('limits')
  venueLimits.onChange((state) => {
    emitter.emit('limits', state)
    const { used, limit } = state.actions
    if (state.exhausted.includes('actions'))
      readiness.unmet('limits', `${used} of ${limit} actions used, and none left for new orders`)
    else readiness.met('limits')
    const now = clock.monotonic()
    if (state.exhausted.includes('actions')) plan(now)
    wakeWhenFree(now)
  })

  /** So that listeners hear of it when time alone has made room again. */
  function wakeWhenFree(now: number): void {
    const waitMs = venueLimits.newOrderWaitMs(now)
    if (waitMs > 0 && Number.isFinite(waitMs)) alarm.setBy(now + waitMs)
  }

  return {
    tick(now) {
      venueLimits.review(now)
      wakeWhenFree(now)
      if (isAsking) return
      if (now < dueAt) alarm.setBy(dueAt)
      else if (transport.state.status === 'open') void read()
      // The next connection begins with a question.
      else dueAt = Number.POSITIVE_INFINITY
    },
  }
}
