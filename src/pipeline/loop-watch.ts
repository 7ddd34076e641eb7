/**
 * Whether this process keeps up: a timer that fires late says that nothing was heard or done in between.
 *
 * What arrives after a standstill was sent before it, and looks fresh by the time of its receipt. So new orders wait until
 * a timer is on time again, by when what had queued up has been taken in.
 */
import type { Parts } from './parts.js'

export type LoopWatch = {
  /** From now on, until the clock that owns the timers stops. */
  start(): void
}

export function createLoopWatch(
  { clock, readiness, logger }: Pick<Parts, 'clock' | 'readiness' | 'logger'>,
  maxLagMs: number,
): LoopWatch {
  const everyMs = maxLagMs / 2
  let isRunning = false

  function next(): void {
    const dueAt = clock.monotonic() + everyMs
    const onTime = (): void => {
      judge(Math.round(clock.monotonic() - dueAt))
      next()
    }
    clock.schedule(onTime, everyMs, { background: true })
  }

  function judge(lagMs: number): void {
    if (lagMs <= maxLagMs) {
      readiness.met('eventLoop')
      return
    }
    logger.warn('this process stood still', { lagMs })
    readiness.unmet('eventLoop', `a timer fired ${lagMs} ms late`)
  }

  return {
    start() {
      if (isRunning) return
      isRunning = true
      readiness.met('eventLoop')
      next()
    },
  }
}
