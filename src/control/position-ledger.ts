/**
 * Positions: the venue's snapshot, and every distinct fill since.
 *
 * A fill is known by its market and trade id and counts once, however often a feed replays it. Fills that the snapshot
 * already contains only teach their ids. A later snapshot is compared with what we held at its own time, and changes
 * nothing until somebody decides to load it.
 */
import { type Decimal, ZERO } from '../model/decimal.js'
import { wholeNumber } from '../model/guards.js'
import { dexOf } from '../model/market.js'
import { type BoundedSet, createBoundedSet } from './bounded-set.js'
import { createListeners } from './listeners.js'
import { book, isSameFill, isSameSide, type Position, type PositionFill, signed } from './position.js'

/** What the venue says of a position. */
export type PositionReading = Omit<Position, 'openedAt'>

/** A position that the venue shows otherwise. */
export type PositionDifference = { readonly market: string; readonly ours: Decimal; readonly venues: Decimal }

export type FillResult =
  | { readonly status: 'duplicate' | 'inSnapshot' }
  | {
      readonly status: 'booked'
      /** The venue counted from another position than we did: something was missed. */
      readonly mismatch?: PositionMismatch
    }

export type PositionMismatch = Omit<PositionDifference, 'market'>

/** All that a position ledger knows, to go on from in another life of the process. */
export type PositionSnapshot = {
  readonly positions: readonly Position[]
  readonly dexes: readonly { readonly dex: string; readonly time: number }[]
  readonly recent: readonly PositionFill[]
  readonly ties: readonly PositionFill[]
  readonly since: readonly { readonly market: string; readonly size: Decimal }[]
  readonly forgottenTo: number
  readonly seen: readonly string[]
}

export type PositionLedger = {
  get(market: string): Position | undefined
  /** The signed size; zero when flat. */
  size(market: string): Decimal
  all(): readonly Position[]
  apply(fill: PositionFill): FillResult
  /** Takes the venue's word for one dex, and books the fills that are newer than it. @param time venue time, Unix ms */
  load(dex: string, positions: readonly PositionReading[], time: number): void
  /**
   * Where a snapshot differs from what we held at its time. `unknown`: nothing was loaded for this dex so far. `stale`: it
   * is older than what we would have to compare it with, and says nothing.
   */
  compare(
    dex: string,
    positions: readonly PositionReading[],
    time: number,
  ): readonly PositionDifference[] | 'unknown' | 'stale'
  snapshot(): PositionSnapshot
  restore(snapshot: PositionSnapshot): void
  /** Tells of each market whose position may have changed. */
  onPosition(listener: (market: string) => void): () => void
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
  /** Up to here, in venue time, some fills are no longer among the recent ones. */
  let forgottenTo = -1
  /** No fill is of a later time than this one. */
  let newestAt = -1
  /** Fills of their snapshot's own millisecond that do not start from what we hold: in it, or after one still to come. */
  let ties: PositionFill[] = []
  /** What the fills after the snapshot have changed, by market. */
  let since = new Map<string, Decimal>()
  const listeners = createListeners<string>()
  const size = (market: string): Decimal => positions.get(market)?.size ?? ZERO

  function replace(next: Map<string, Position>): void {
    const markets = new Set([...positions.keys(), ...next.keys()])
    positions = next
    for (const market of markets) listeners.tell(market)
  }

  function remember(fill: PositionFill): void {
    recent.push(fill)
    newestAt = Math.max(newestAt, fill.time)
    if (recent.length <= MAX_RECENT_FILLS) return
    for (const { time } of recent.splice(0, MAX_RECENT_FILLS / 2)) forgottenTo = Math.max(forgottenTo, time)
  }

  /** The sizes that a snapshot of this time may show: fills of its own millisecond are in it or are not. */
  function sizesAt(market: string, time: number): readonly Decimal[] {
    if (time > newestAt) return [size(market)]
    const later = recent.filter((fill) => fill.market === market && fill.time >= time && !ties.some(isSameFill(fill)))
    const before = later.reduce((sum, fill) => sum.minus(signed(fill)), size(market))
    const sizes = [before]
    for (const fill of later) if (fill.time === time) sizes.push((sizes.at(-1) ?? before).plus(signed(fill)))
    return sizes
  }

  /** A fill can come late, and starts from what was held at its own time. */
  function mismatchOf({ market, time, startPosition: venues }: PositionFill): PositionMismatch | undefined {
    if (venues === undefined || time <= forgottenTo) return undefined
    const sizes = sizesAt(market, time)
    return sizes.some((ours) => ours.eq(venues)) ? undefined : { ours: sizes.at(-1) ?? ZERO, venues }
  }

  function take(fill: PositionFill): FillResult {
    // Without a snapshot there is nothing to add to; the first one will say what this fill made.
    const snapshotTime = snapshotTimes.get(dexOf(fill.market))
    if (snapshotTime === undefined || fill.time < snapshotTime) return { status: 'inSnapshot' }
    if (fill.time === snapshotTime) {
      ties = bookTies(positions, [...ties, fill], (market) => since.get(market) ?? ZERO)
      return { status: ties.includes(fill) ? 'inSnapshot' : 'booked' }
    }
    const mismatch = mismatchOf(fill)
    bookLater(positions, since, fill)
    return mismatch === undefined ? { status: 'booked' } : { status: 'booked', mismatch }
  }

  return {
    get: (market) => positions.get(market),
    size,
    all: () => [...positions.values()],
    apply(fill) {
      if (!seen.add(`${fill.market}#${fill.tradeId}`)) return { status: 'duplicate' }
      const result = take(fill)
      remember(fill)
      listeners.tell(fill.market)
      return result
    },
    load(dex, snapshot, time) {
      // Built aside and put in place at once: no reader ever sees a position missing, not even when this throws.
      const next = new Map([...positions].filter(([market]) => dexOf(market) !== dex))
      for (const { market, size, entryPrice } of snapshot) {
        const held = positions.get(market)
        const openedAt = held !== undefined && isSameSide(held.size, size) ? held.openedAt : time
        if (!size.eq(ZERO)) next.set(market, { market, size, entryPrice, openedAt })
      }
      const ofDex = recent.filter(({ market }) => dexOf(market) === dex)
      const atOnce = ofDex.filter((fill) => fill.time === time)
      const tied = bookTies(next, atOnce, () => ZERO)
      const nextSince = new Map([...since].filter(([market]) => dexOf(market) !== dex))
      for (const fill of ofDex) if (fill.time > time) bookLater(next, nextSince, fill)
      ties = [...ties.filter(({ market }) => dexOf(market) !== dex), ...tied]
      since = nextSince
      snapshotTimes.set(dex, time)
      replace(next)
    },
    compare(dex, snapshot, time) {
      const snapshotTime = snapshotTimes.get(dex)
      if (snapshotTime === undefined) return 'unknown'
      if (time < snapshotTime || time <= forgottenTo) return 'stale'
      const theirs = new Map(snapshot.map((position) => [position.market, position.size]))
      const ours = [...positions.keys(), ...recent.map(({ market }) => market)].filter((name) => dexOf(name) === dex)
      return [...new Set([...ours, ...theirs.keys()])].flatMap((market) => {
        const venues = theirs.get(market) ?? ZERO
        const sizes = sizesAt(market, time)
        return sizes.some((size) => size.eq(venues)) ? [] : [{ market, ours: sizes.at(-1) ?? ZERO, venues }]
      })
    },
    snapshot: () => ({
      positions: [...positions.values()],
      dexes: [...snapshotTimes].map(([dex, time]) => ({ dex, time })),
      recent: [...recent],
      ties: [...ties],
      since: [...since].map(([market, size]) => ({ market, size })),
      forgottenTo,
      seen: [...seen.members()],
    }),
    restore(snapshot) {
      replace(new Map(snapshot.positions.map((position) => [position.market, position])))
      for (const { dex, time } of snapshot.dexes) snapshotTimes.set(dex, time)
      recent = [...snapshot.recent]
      newestAt = recent.reduce((newest, fill) => Math.max(newest, fill.time), -1)
      ties = [...snapshot.ties]
      since = new Map(snapshot.since.map(({ market, size }) => [market, size]))
      forgottenTo = snapshot.forgottenTo
      for (const member of snapshot.seen) seen.add(member)
    },
    onPosition: listeners.add,
  }
}

/**
 * Books every fill that starts from the position of the snapshot, in whatever order they came. Hands back those that do
 * not.
 *
 * @param since what later fills have changed already
 */
function bookTies(
  positions: Map<string, Position>,
  ties: readonly PositionFill[],
  since: (market: string) => Decimal,
): PositionFill[] {
  const left = [...ties]
  const sizeThen = (market: string): Decimal => (positions.get(market)?.size ?? ZERO).minus(since(market))
  for (;;) {
    const index = left.findIndex(({ market, startPosition }) => startPosition?.eq(sizeThen(market)))
    const [fill] = index === -1 ? [] : left.splice(index, 1)
    if (fill === undefined) return left
    book(positions, fill)
  }
}

function bookLater(positions: Map<string, Position>, since: Map<string, Decimal>, fill: PositionFill): void {
  book(positions, fill)
  since.set(fill.market, (since.get(fill.market) ?? ZERO).plus(signed(fill)))
}
