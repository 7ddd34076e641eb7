/**
 * The halt of one market: no new order leaves for it, not even one that is queued. Cancels and reduce-only orders pass.
 *
 * What is halted outlives the process where there is a journal: a market that somebody halted must not trade again
 * because of a crash.
 */
import type { LedgerStep } from '../control/ledger-steps.js'
import type { Executor } from '../executor.js'
import type { DenyQueued } from './deny-queued.js'
import type { Parts } from './parts.js'

export type Halting = Pick<Executor, 'halt' | 'resume' | 'halts'>

export type HaltingParts = {
  readonly parts: Pick<Parts, 'clock' | 'halts' | 'emitter' | 'logger'>
  readonly denyQueued: DenyQueued
  readonly markets: ReadonlySet<string>
  readonly note: (step: LedgerStep) => void
}

/** Timers of some runtimes fire at once when they are set for more than 24 days. */
const MAX_SLEEP_MS = 86_400_000

export function createHalting({ parts, denyQueued, markets, note }: HaltingParts): Halting {
  const { clock, halts, emitter, logger } = parts
  let cancelAlarm = (): void => {}

  function setAlarm(): void {
    cancelAlarm()
    const { nextEndInMs } = halts
    if (nextEndInMs === undefined) return
    const wake = (): void => {
      halts.expire()
      setAlarm()
    }
    cancelAlarm = clock.schedule(wake, Math.min(nextEndInMs, MAX_SLEEP_MS), { background: true })
  }

  halts.onChange((event) => {
    const { market, reason, isOver } = event
    note({ kind: 'halts', halts: halts.all() })
    // One that is not queued is being signed, and is looked at again when it is to be written.
    if (!isOver) denyQueued(market, 'HALTED', reason)
    setAlarm()
    logger.info(isOver ? 'a market is no longer halted' : 'a market is halted', { market, reason })
    emitter.emit('halt', event)
  })

  function known(market: string): string {
    if (!markets.has(market)) throw new RangeError(`market: ${market} is not a market of this executor`)
    return market
  }

  return {
    halt: (market, reason, options) => halts.halt(known(market), reason, options),
    resume: (market) => halts.resume(known(market)),
    halts: halts.all,
  }
}
