/**
 * Halts of single markets: why, and until when. Everything else trades on.
 *
 * The end is given in wall time, where people live, and kept in monotonic time, which no correction of the clock moves.
 */
import { finiteTime } from '../model/guards.js'
import type { Clock } from '../ports.js'
import { createListeners } from './listeners.js'

export type MarketHalt = {
  readonly market: string
  readonly reason: string
  /** Unix ms. */
  readonly at: number
  /** Unix ms; absent when only a person ends it. */
  readonly untilMs?: number | undefined
}

/** A halt that begins, or one that is over. */
export type MarketHaltEvent = MarketHalt & { readonly isOver: boolean }

export type MarketHaltOptions = {
  /** Unix ms. Default: until somebody resumes. */
  readonly untilMs?: number | undefined
}

export type MarketHalts = {
  /**
   * Halts a market. Where it is halted already, the halt that lasts longer stands.
   *
   * @param since when it began, Unix ms, of a halt from before a restart. Default: now
   * @returns the halt that stands
   * @throws {RangeError} when there is no reason, or the end is not in the future
   */
  halt(market: string, reason: string, options?: MarketHaltOptions, since?: number): MarketHalt
  /** Ends the halt of a market, if there is one. */
  resume(market: string): void
  get(market: string): MarketHalt | undefined
  all(): readonly MarketHalt[]
  /** Ends what has lasted its time; nothing counts as halted by then, whether this is called or not. */
  expire(): void
  /** Until the next one ends by itself. */
  readonly nextEndInMs: number | undefined
  /** Called synchronously when a halt begins or is over. Returns a function that removes the listener. */
  onChange(listener: (event: MarketHaltEvent) => void): () => void
}

export type MarketHaltsOptions = {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Takes what listeners throw; without it the first error reaches the caller, once all have heard. */
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

export function createMarketHalts({ clock, onListenerError }: MarketHaltsOptions): MarketHalts {
  const halts = new Map<string, { readonly halt: MarketHalt; readonly endsAt: number }>()
  const listeners = createListeners<MarketHaltEvent>(onListenerError)

  const isOver = ({ endsAt }: { readonly endsAt: number }): boolean => endsAt <= clock.monotonic()

  function current(market: string): MarketHalt | undefined {
    const entry = halts.get(market)
    return entry === undefined || isOver(entry) ? undefined : entry.halt
  }

  function end(halt: MarketHalt): void {
    halts.delete(halt.market)
    listeners.tell({ ...halt, isOver: true })
  }

  return {
    halt(market, reason, { untilMs } = {}, since = clock.now()) {
      if (typeof reason !== 'string' || reason.trim() === '') throw new RangeError('reason: expected why')
      const lastsMs = untilMs === undefined ? Number.POSITIVE_INFINITY : finiteTime(untilMs, 'untilMs') - clock.now()
      if (lastsMs <= 0) throw new RangeError(`untilMs: expected Unix ms in the future, got ${untilMs}`)
      const endsAt = clock.monotonic() + lastsMs
      const standing = halts.get(market)
      if (standing !== undefined && !isOver(standing) && standing.endsAt >= endsAt) return standing.halt
      const halt: MarketHalt = { market, reason, at: since, untilMs }
      halts.set(market, { halt, endsAt })
      listeners.tell({ ...halt, isOver: false })
      return halt
    },
    resume(market) {
      const entry = halts.get(market)
      if (entry !== undefined) end(entry.halt)
    },
    get: current,
    all: () => [...halts.keys()].flatMap((market) => current(market) ?? []),
    expire() {
      for (const entry of [...halts.values()]) if (isOver(entry)) end(entry.halt)
    },
    get nextEndInMs() {
      const endsAt = Math.min(...[...halts.values()].map((entry) => entry.endsAt))
      return Number.isFinite(endsAt) ? Math.max(0, endsAt - clock.monotonic()) : undefined
    },
    onChange: listeners.add,
  }
}
