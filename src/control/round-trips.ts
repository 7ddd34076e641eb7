/**
 * Round trips: from flat to flat, or to the other side, with what was won or lost in between.
 *
 * However many fills and orders it takes to get in and out, it is one trip and ends once. The money is the venue's own:
 * what each fill realised, less its fee. Funding is in no fill and so is not counted.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
 */
import { type Decimal, min, ZERO } from '../model/decimal.js'
import type { Side } from '../model/market.js'

/** The part of a fill that a round trip is made of. */
export type RoundTripFill = {
  readonly market: string
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  /** Venue time, Unix ms. */
  readonly time: number
  /** Signed position before this fill, when the venue says so. */
  readonly startPosition?: Decimal | undefined
  /** What it realised, before fees. */
  readonly closedPnl: Decimal
  readonly fee: Decimal
}

export type RoundTrip = {
  readonly market: string
  /** Of the entry: `buy` was long. */
  readonly side: Side
  /** All that was closed, over all the fills that closed it. */
  readonly size: Decimal
  /** Averages over size. */
  readonly entryPrice: Decimal
  readonly exitPrice: Decimal
  /** Realised, before fees. */
  readonly closedPnl: Decimal
  /** Of entry and exit; negative is a rebate. */
  readonly fees: Decimal
  /** `closedPnl` less `fees`. */
  readonly netPnl: Decimal
  /** Venue time, Unix ms; absent when the position was there before we were. */
  readonly openedAt?: number | undefined
  readonly closedAt: number
  readonly durationMs?: number | undefined
  /** Whether every fill of it was seen. If not, fees are missing, and the entry price is what `closedPnl` says it was. */
  readonly isComplete: boolean
}

export type RoundTrips = {
  /**
   * Takes the next fill, each once. Answers with the round trip that it ends.
   *
   * @param held our signed position before the fill, for a venue that does not say
   */
  apply(fill: RoundTripFill, held: Decimal): RoundTrip | undefined
}

/** One way in or out: what was traded, and for how much. */
type Leg = { size: Decimal; value: Decimal }

type OpenTrip = {
  readonly side: Side
  readonly openedAt: number | undefined
  readonly entry: Leg
  readonly exit: Leg
  closedPnl: Decimal
  fees: Decimal
  isComplete: boolean
  /** What is held, without its sign. */
  held: Decimal
  lastFillAt: number
}

export function createRoundTrips(): RoundTrips {
  const open = new Map<string, OpenTrip>()

  /** The trip that a fill belongs to; one that the fill begins is not kept yet. */
  function tripOf({ market, side, time }: RoundTripFill, before: Decimal): OpenTrip {
    if (before.eq(ZERO)) return begin(side, time)
    const trip = open.get(market)
    // A position that we did not see opening: from before we were here, or its first fills never came.
    if (trip === undefined || trip.side !== sideOf(before)) return begin(sideOf(before), undefined)
    if (!trip.held.eq(before.abs())) trip.isComplete = false
    return trip
  }

  return {
    apply(fill, held) {
      const { market, side, size, price, fee, closedPnl, time } = fill
      // The past of a trip that has gone on since cannot be put right any more.
      if (time < (open.get(market)?.lastFillAt ?? time)) return undefined
      const before = fill.startPosition ?? held
      const after = side === 'buy' ? before.plus(size) : before.minus(size)
      const trip = tripOf(fill, before)
      trip.lastFillAt = time
      const isExit = trip.side !== side
      const closed = isExit ? min(size, before.abs()) : ZERO
      const beyond = isExit ? size.minus(closed) : ZERO
      const feeBeyond = beyond.eq(ZERO) ? ZERO : fee.times(beyond).div(size)
      trade(isExit ? trip.exit : trip.entry, size.minus(beyond), price)
      trip.closedPnl = trip.closedPnl.plus(closedPnl)
      trip.fees = trip.fees.plus(fee).minus(feeBeyond)
      trip.held = after.abs()
      if (!isExit || closed.lt(before.abs())) {
        open.set(market, trip)
        return undefined
      }
      open.delete(market)
      if (beyond.gt(ZERO)) {
        const next = begin(side, time)
        trade(next.entry, beyond, price)
        open.set(market, { ...next, fees: feeBeyond, held: beyond })
      }
      return ended(market, trip)
    },
  }
}

const sideOf = (position: Decimal): Side => (position.gt(ZERO) ? 'buy' : 'sell')

function begin(side: Side, openedAt: number | undefined): OpenTrip {
  return {
    side,
    openedAt,
    entry: { size: ZERO, value: ZERO },
    exit: { size: ZERO, value: ZERO },
    closedPnl: ZERO,
    fees: ZERO,
    isComplete: openedAt !== undefined,
    held: ZERO,
    lastFillAt: openedAt ?? 0,
  }
}

function trade(leg: Leg, size: Decimal, price: Decimal): void {
  leg.size = leg.size.plus(size)
  leg.value = leg.value.plus(size.times(price))
}

function ended(market: string, trip: OpenTrip): RoundTrip {
  const { side, entry, exit, closedPnl, fees, isComplete, openedAt, lastFillAt } = trip
  const spent = side === 'buy' ? exit.value.minus(closedPnl) : exit.value.plus(closedPnl)
  return {
    market,
    side,
    size: exit.size,
    entryPrice: (isComplete ? entry.value : spent).div(exit.size),
    exitPrice: exit.value.div(exit.size),
    closedPnl,
    fees,
    netPnl: closedPnl.minus(fees),
    openedAt,
    closedAt: lastFillAt,
    durationMs: openedAt === undefined ? undefined : lastFillAt - openedAt,
    isComplete,
  }
}
