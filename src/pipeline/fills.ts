/**
 * Fills, read from the venue's own list: what a feed has missed, or a lost connection.
 *
 * Reading goes on from the newest fill of the last reading, not from the newest fill that was heard of: a feed that skips
 * one may well tell the next. Pages overlap, and so do readings; a fill counts once, by its trade id. The venue remembers
 * only so many fills of an account, so that a long absence can leave a hole that nothing closes; that is told.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import type { Difference } from '../control/reconcile.js'
import { ExecutorError } from '../errors.js'
import type { Ask, AskOptions } from '../ports.js'
import { FILLS_PER_ANSWER, FILLS_REMEMBERED, parseUserFillsByTime, userFillsByTimeRequest } from '../wire/info.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'

export type Fills = {
  /**
   * Goes on from what the position ledger knows, which after a restart is what the journal has kept. To be called before
   * a feed tells of newer fills. Without any the first reading begins at its own time, as what was before is in the
   * positions.
   */
  resume(): void
  /**
   * Reads everything new and hands it to the ledgers. Answers with the hole that it could not close, if there is one.
   *
   * @throws {ExecutorError} when an answer is missing or cannot be read
   */
  read(options?: AskOptions): Promise<Difference | undefined>
}

/** For fills that were listed late. Short, because every row that is read again costs the IP's weight. */
const OVERLAP_MS = 1_000
/** For fills that neither feed nor reading had told of when the process ended. */
const RESTART_OVERLAP_MS = 120_000
/** More pages than the venue can have, were its list to grow while it is read. */
const MAX_PAGES = (2 * FILLS_REMEMBERED) / FILLS_PER_ANSWER

export function createFills(
  { account, clock, nonces, positions }: Pick<Parts, 'account' | 'clock' | 'nonces' | 'positions'>,
  ask: Ask,
  evidence: Pick<Evidence, 'fills'>,
): Fills {
  /** Venue time up to which every fill has been read. */
  let readTo: number | undefined
  /** What is known of the way from there; a reading that fails half way is taken up again where it ended. */
  let gap: Gap | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function read(options?: AskOptions): Promise<Difference | undefined> {
    readTo ??= nonces.serverTime(clock.now())
    gap ??= { from: readTo, rows: 0, oldest: undefined, isBroken: false }
    let startTime = Math.max(0, readTo - OVERLAP_MS)
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = parseUserFillsByTime(await ask(userFillsByTimeRequest(account, startTime), options))
      if (page === undefined) throw new ExecutorError('MALFORMED_ANSWER', 'userFillsByTime: no list in the answer')
      evidence.fills(page)
      const known = readTo
      const newest = Math.max(startTime, ...page.items.map(timeOf))
      gap.oldest ??= page.items[0]?.time
      gap.rows += page.items.filter(({ time }) => time > known).length
      if (page.items.length > 0) readTo = Math.max(readTo, newest)
      if (page.items.length + page.malformed < FILLS_PER_ANSWER) {
        const crossed = gap
        gap = undefined
        return holeIn(crossed)
      }
      // A page full of one millisecond: what else happened in it cannot be asked for.
      if (newest === startTime) gap.isBroken = true
      startTime = newest === startTime ? newest + 1 : newest
    }
    throw new ExecutorError('MALFORMED_ANSWER', 'userFillsByTime: the list has no end')
  }

  return {
    resume() {
      const { recent, dexes } = positions.snapshot()
      // Without a single fill, everything since the snapshot of the positions may be news.
      const known = recent.length > 0 ? Math.max(...recent.map(timeOf)) : Math.min(...dexes.map(timeOf))
      if (Number.isFinite(known)) readTo = known - RESTART_OVERLAP_MS
    },
    read(options) {
      // One after the other: a reading that is asked for must begin after it was asked for.
      const next = last.then(() => read(options))
      last = next.catch(() => {})
      return next
    },
  }
}

const timeOf = ({ time }: { readonly time: number }): number => time

type Gap = {
  readonly from: number
  /** Fills after `from`. */
  rows: number
  /** Of all that were listed, from a little before `from` on. */
  oldest: number | undefined
  isBroken: boolean
}

/** Rows that share the millisecond in which a page ended are not counted again. */
const UNCOUNTED_ROWS = 100

/** A list that reaches back to what was read before has no hole; nor has one shorter than what the venue remembers. */
function holeIn({ from, rows, oldest = from, isBroken }: Gap): Difference | undefined {
  const isCutOff = oldest > from && rows >= FILLS_REMEMBERED - UNCOUNTED_ROWS
  if (!isCutOff && !isBroken) return undefined
  return {
    what: 'fills',
    ours: `read up to ${from}`,
    venues: `the oldest still listed is of ${oldest}; others may be missing`,
  }
}
