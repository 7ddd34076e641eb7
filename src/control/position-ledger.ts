/**
 * Positions: the venue's snapshot, and every distinct fill since.
 *
 * A fill is known by its market and trade id and counts once, however often a feed replays it. Fills that the snapshot
 * already contains only teach their ids.
 */
import { type Decimal, ZERO } from '../model/decimal.js'
import { wholeNumber } from '../model/guards.js'
import { dexOf, type Side } from '../model/market.js'
import { type BoundedSet, createBoundedSet } from './bounded-set.js'

export type Position = {
  readonly market: string
  /** Positive is long. Never zero: a flat market has no position. */
  readonly size: Decimal
  readonly entryPrice: Decimal
}

/** The part of a fill that moves a position. */
export type PositionFill = {
  readonly market: string
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  /** Venue time, Unix ms. */
  readonly time: number
  readonly tradeId: number
  readonly startPosition?: Decimal | undefined
}

export type FillResult =
  | { readonly status: 'duplicate' | 'inSnapshot' }
  | {
      readonly status: 'booked'
      /** The venue counted from another position than we did: something was missed. */
      readonly mismatch?: { readonly ours: Decimal; readonly venues: Decimal }
    }

/** All that a position ledger knows, to go on from in another life of the process. */
export type PositionSnapshot = {
  readonly positions: readonly Position[]
  readonly dexes: readonly { readonly dex: string; readonly time: number }[]
  readonly recent: readonly PositionFill[]
  readonly ties: readonly PositionFill[]
  readonly seen: readonly string[]
}

export type PositionLedger = {
  get(market: string): Position | undefined
  /** The signed size; zero when flat. */
  size(market: string): Decimal
  all(): readonly Position[]
  apply(fill: PositionFill): FillResult
  /** Takes the venue's word for one dex, and books the fills that are newer than it. @param time venue time, Unix ms */
  load(dex: string, positions: readonly Position[], time: number): void
  snapshot(): PositionSnapshot
  restore(snapshot: PositionSnapshot): void
}

const DEFAULT_REMEMBERED_FILLS = 10_000
/** Fills that may be newer than a snapshot still on its way. */
const MAX_RECENT_FILLS = 1_000

export function createPositionLedger(options: { readonly rememberedFills?: number | undefined } = {}): PositionLedger {
  let positions = new Map<string, Position>()
  const snapshotTimes = new Map<string, number>()
  const seen: BoundedSet<string> = createBoundedSet(
    wholeNumber(options.rememberedFills ?? DEFAULT_REMEMBERED_FILLS, 'rememberedFills'),
  )
  let recent: PositionFill[] = []
  /** Fills of their snapshot's own millisecond that do not start from what we hold: in it, or after one still to come. */
  let ties: PositionFill[] = []
  const size = (market: string): Decimal => positions.get(market)?.size ?? ZERO

  return {
    get: (market) => positions.get(market),
    size,
    all: () => [...positions.values()],
    apply(fill) {
      if (!seen.add(`${fill.market}#${fill.tradeId}`)) return { status: 'duplicate' }
      recent.push(fill)
      if (recent.length > MAX_RECENT_FILLS) recent = recent.slice(MAX_RECENT_FILLS / 2)
      // Without a snapshot there is nothing to add to; the first one will say what this fill made.
      const snapshotTime = snapshotTimes.get(dexOf(fill.market))
      if (snapshotTime === undefined || fill.time < snapshotTime) return { status: 'inSnapshot' }
      if (fill.time === snapshotTime) {
        ties = bookTies(positions, [...ties, fill])
        return { status: ties.includes(fill) ? 'inSnapshot' : 'booked' }
      }
      const ours = size(fill.market)
      book(positions, fill)
      const venues = fill.startPosition
      return venues === undefined || venues.eq(ours)
        ? { status: 'booked' }
        : { status: 'booked', mismatch: { ours, venues } }
    },
    load(dex, snapshot, time) {
      // Built aside and put in place at once: no reader ever sees a position missing, not even when this throws.
      const next = new Map([...positions].filter(([market]) => dexOf(market) !== dex))
      for (const position of snapshot) if (!position.size.eq(ZERO)) next.set(position.market, position)
      const ofDex = recent.filter(({ market }) => dexOf(market) === dex)
      const tied = bookTies(
        next,
        ofDex.filter((fill) => fill.time === time),
      )
      for (const fill of ofDex) if (fill.time > time) book(next, fill)
      ties = [...ties.filter(({ market }) => dexOf(market) !== dex), ...tied]
      positions = next
      snapshotTimes.set(dex, time)
    },
    snapshot: () => ({
      positions: [...positions.values()],
      dexes: [...snapshotTimes].map(([dex, time]) => ({ dex, time })),
      recent,
      ties,
      seen: [...seen.members()],
    }),
    restore(snapshot) {
      positions = new Map(snapshot.positions.map((position) => [position.market, position]))
      for (const { dex, time } of snapshot.dexes) snapshotTimes.set(dex, time)
      recent = [...snapshot.recent]
      ties = [...snapshot.ties]
      for (const member of snapshot.seen) seen.add(member)
    },
  }
}

/** Books every fill that starts from the position we hold, in whatever order they came. Hands back those that do not. */
function bookTies(positions: Map<string, Position>, ties: readonly PositionFill[]): PositionFill[] {
  const left = [...ties]
  for (;;) {
    const index = left.findIndex(({ market, startPosition }) => startPosition?.eq(positions.get(market)?.size ?? ZERO))
    const [fill] = index === -1 ? [] : left.splice(index, 1)
    if (fill === undefined) return left
    book(positions, fill)
  }
}

function book(positions: Map<string, Position>, fill: PositionFill): void {
  const next = afterFill(positions.get(fill.market), fill)
  if (next === undefined) positions.delete(fill.market)
  else positions.set(fill.market, next)
}

/** Same side averages the entry, the other side reduces, and what goes beyond flat opens at the fill's price. */
function afterFill(position: Position | undefined, fill: PositionFill): Position | undefined {
  const change = fill.side === 'buy' ? fill.size : fill.size.neg()
  if (position === undefined) return { market: fill.market, size: change, entryPrice: fill.price }
  const size = position.size.plus(change)
  if (size.eq(ZERO)) return undefined
  const grows = position.size.gt(ZERO) === change.gt(ZERO)
  if (grows) {
    const value = position.entryPrice.times(position.size.abs()).plus(fill.price.times(fill.size))
    return { ...position, size, entryPrice: value.div(size.abs()) }
  }
  const flipped = position.size.gt(ZERO) !== size.gt(ZERO)
  return { ...position, size, entryPrice: flipped ? fill.price : position.entryPrice }
}
