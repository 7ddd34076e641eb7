/**
 * The time stop: a position that has been held too long is closed, by the one owner of closing its market.
 *
 * How old a position is, is asked once, in the venue's time, when it is first seen; from then on it ages by our monotonic
 * clock. So its age outlives a restart, and no correction of the wall clock makes it old at once or never. A close that
 * fails is begun again at the next look.
 */
import type { Position } from '../control/position.js'
import type { VenueTime } from '../control/venue-time.js'
import type { TimeStopEvent } from '../executor.js'
import { positiveDecimal } from '../model/decimal.js'
import { positiveMs } from '../model/guards.js'
import type { TimeStopOptions } from '../options.js'
import type { ClosePosition } from './close-position.js'
import type { Parts } from './parts.js'

export type TimeStop = {
  /** Whether a position is waited for to grow old. */
  readonly isWatching: boolean
  /** From now on, until it is stopped. */
  start(): void
  stop(): void
}

export type TimeStopParts = {
  readonly parts: Pick<Parts, 'clock' | 'positions' | 'emitter' | 'logger'>
  readonly options: TimeStopOptions
  readonly markets: ReadonlySet<string>
  readonly closePosition: Pick<ClosePosition, 'close'>
  readonly venueTime: Pick<VenueTime, 'at'>
  /** A person who has taken over does not want positions closed. */
  readonly isTakenOver: () => boolean
}

type Watched = {
  readonly openedAt: number
  /** When that was by our clock, monotonic ms. */
  readonly since: number
  /** Monotonic ms; absent while it may be held. */
  dueSince?: number
  isClosing: boolean
  isOverdue: boolean
}

const DEFAULT_HOLD_MS = 30_000
const DEFAULT_OVERDUE_MS = 60_000
/** A position is seen so late at the latest, and a close that failed begun again. */
const LOOK_EVERY_MS = 500
/** How long one close may take before it counts as failed. */
const CLOSE_MS = 30_000

/** @throws {TypeError | RangeError} when an option is out of range, naming it */
export function createTimeStop(wiring: TimeStopParts): TimeStop {
  const { parts, options, markets, closePosition, venueTime, isTakenOver } = wiring
  const { clock, positions, emitter, logger } = parts
  const maxHoldMs = positiveMs(options.maxHoldMs ?? DEFAULT_HOLD_MS, 'timeStop.maxHoldMs')
  const overdueMs = positiveMs(options.overdueMs ?? DEFAULT_OVERDUE_MS, 'timeStop.overdueMs')
  const slippage = options.slippageBps?.map((bps, index) => positiveDecimal(bps, `timeStop.slippageBps[${index}]`))
  if (slippage?.length === 0) throw new RangeError('timeStop.slippageBps: expected at least one step')
  const watched = new Map<string, Watched>()
  let isRunning = false

  /** A position that turned around is another one, and begins anew. */
  function watch({ market, openedAt }: Position, now: number, venueNow: number): Watched {
    const known = watched.get(market)
    if (known?.openedAt === openedAt) return known
    const since = now - Math.max(0, venueNow - openedAt)
    const fresh = { openedAt, since, isClosing: false, isOverdue: false }
    watched.set(market, fresh)
    return fresh
  }

  /** How long the next one may still be held. */
  function look(): number {
    const now = clock.monotonic()
    const venueNow = venueTime.at(now)
    const held = positions.all().filter(({ market }) => markets.has(market))
    for (const market of watched.keys()) if (positions.get(market) === undefined) watched.delete(market)
    if (venueNow === undefined || isTakenOver()) return LOOK_EVERY_MS
    let nextMs = LOOK_EVERY_MS
    for (const position of held) {
      const item = watch(position, now, venueNow)
      const leftMs = item.since + maxHoldMs - now
      if (leftMs <= 0) close(position.market, item, now)
      else nextMs = Math.min(nextMs, leftMs)
    }
    return nextMs
  }

  function close(market: string, item: Watched, now: number): void {
    if (item.dueSince === undefined) {
      item.dueSince = now
      tell({ market, heldMs: now - item.since, status: 'closing' })
    }
    if (item.isClosing) return
    item.isClosing = true
    void closePosition.close(market, now + CLOSE_MS, slippage).then((obstacle) => {
      item.isClosing = false
      const [at, dueSince = at] = [clock.monotonic(), item.dueSince]
      if (obstacle === undefined) tell({ market, heldMs: at - item.since, status: 'closed' })
      else if (!item.isOverdue && at - dueSince >= overdueMs) {
        item.isOverdue = true
        tell({ market, heldMs: at - item.since, status: 'overdue', message: obstacle })
      }
    })
  }

  function tell(event: TimeStopEvent): void {
    if (event.status === 'overdue') logger.error('a position is held too long and cannot be closed', event)
    else logger.info('a position is held too long', event)
    emitter.emit('timeStop', event)
  }

  function next(ms: number): void {
    const wake = (): void => {
      if (isRunning) next(look())
    }
    clock.schedule(wake, ms, { background: true })
  }

  return {
    get isWatching() {
      return isRunning && positions.all().some(({ market }) => markets.has(market))
    },
    start() {
      if (!isRunning) next(0)
      isRunning = true
    },
    stop() {
      isRunning = false
    },
  }
}
