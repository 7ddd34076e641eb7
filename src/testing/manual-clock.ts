/**
 * A clock that stands still until it is told otherwise. Tests that use it take no time and never flicker.
 */
import type { Clock } from '../ports.js'

export type ManualClock = Clock & {
  /** Moves both times forward and runs every timer that falls due, in order, each at its own time. */
  advance(ms: number): void
  /**
   * The same, but lets what follows from each timer happen before the next one: promises settle, frames of in-process
   * sockets arrive. Use it wherever somebody on the other side must answer in time.
   */
  pass(ms: number): Promise<void>
  /** Moves the wall clock only, in either direction, as NTP or an operator would. Timers do not notice. */
  stepWall(ms: number): void
  /** How many timers are waiting. */
  readonly pendingTimers: number
}

type Timer = { readonly fn: () => void; readonly dueAt: number }

/** 2026-01-01, so that nonces and timestamps look like the venue's. */
const DEFAULT_NOW = 1_767_225_600_000

/**
 * @param options.now Unix milliseconds to start at
 * @throws {RangeError} when a time is not a finite number, or one would be moved backwards that must not be
 */
export function createManualClock(options: { readonly now?: number } = {}): ManualClock {
  let elapsedMs = 0
  let wallOffsetMs = options.now ?? DEFAULT_NOW
  if (!Number.isFinite(wallOffsetMs)) throw new RangeError(`now: expected Unix milliseconds, got ${wallOffsetMs}`)
  /** Sorted by due time; timers due together keep the order in which they were set. */
  const timers: Timer[] = []

  function runNext(until: number): boolean {
    const timer = timers[0]
    if (timer === undefined || timer.dueAt > until) return false
    timers.shift()
    elapsedMs = Math.max(elapsedMs, timer.dueAt)
    timer.fn()
    return true
  }

  function end(ms: number): number {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`ms: expected zero or more milliseconds, got ${ms}`)
    return elapsedMs + ms
  }

  return {
    // Whole milliseconds, as every wall clock has, although a timer may fall due in between.
    now: () => Math.floor(wallOffsetMs + elapsedMs),
    monotonic: () => elapsedMs,
    schedule(fn, ms) {
      const timer: Timer = { fn, dueAt: elapsedMs + Math.max(0, ms) }
      timers.splice(insertionPoint(timers, timer.dueAt), 0, timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index !== -1) timers.splice(index, 1)
      }
    },
    advance(ms) {
      const until = end(ms)
      while (runNext(until));
      elapsedMs = until
    },
    async pass(ms) {
      const until = end(ms)
      await settle()
      while (runNext(until)) await settle()
      elapsedMs = until
      await settle()
    },
    stepWall(ms) {
      if (!Number.isFinite(ms)) throw new RangeError(`ms: expected milliseconds, got ${ms}`)
      wallOffsetMs += ms
    },
    get pendingTimers() {
      return timers.length
    },
  }
}

/** More turns than any chain of promises between an executor and an exchange in one process is long. */
const TURNS = 200

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
}

function insertionPoint(timers: readonly Timer[], dueAt: number): number {
  let low = 0
  let high = timers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((timers[middle]?.dueAt ?? Number.POSITIVE_INFINITY) <= dueAt) low = middle + 1
    else high = middle
  }
  return low
}
