/** A journal, taken from the beginning: after a crash by the executor, and offline by whoever asks what happened. */
import { ExecutorError } from '../errors.js'
import type { JournalRecord } from '../ports.js'
import { type Books, readStep, retake } from './ledger-steps.js'
import { createOrderLedger, type OrderLedger } from './order-ledger.js'
import { createPositionLedger, type PositionLedger } from './position-ledger.js'

export type Replay = {
  readonly orders: OrderLedger
  readonly positions: PositionLedger
  /** The kill switch as it stood. */
  readonly hardStop: Books['hardStop']
  /** How what it had set going ended, if it had. */
  readonly standDown: Books['standDown']
  /** Markets as they were halted; some may be over by now. */
  readonly halts: Books['halts']
  /** What the markets were taken for. */
  readonly markets: Books['markets']
  readonly highestNonce: number
}

export type ReplayOptions = {
  /** Called after each record with the books as they stood then. Return `false` to stop there. */
  readonly onRecord?: ((record: JournalRecord, books: Replay) => unknown) | undefined
}

/**
 * Rebuilds what an executor knew from what its journal kept. The same records always lead to the same books.
 *
 * @param records those of a journal, oldest first
 * @throws {ExecutorError} `JOURNAL_CORRUPT` naming the record that cannot be read or does not fit what came before it
 */
export function replayJournal(
  records: Iterable<JournalRecord> | AsyncIterable<JournalRecord>,
  options: ReplayOptions = {},
): Promise<Replay> {
  return replayInto({ orders: createOrderLedger(), positions: createPositionLedger() }, records, options)
}

/** The same, into ledgers that go on from there. */
export async function replayInto(
  ledgers: Pick<Books, 'orders' | 'positions'>,
  records: Iterable<JournalRecord> | AsyncIterable<JournalRecord>,
  { onRecord }: ReplayOptions = {},
): Promise<Replay> {
  const none = {
    hardStop: { triggered: false },
    standDown: undefined,
    halts: [],
    markets: [],
    highestNonce: 0,
  } as const
  const books: Books = { ...ledgers, ...none }
  let count = 0
  for await (const record of records) {
    count += 1
    try {
      retake(books, readStep(record))
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it cannot be read'
      throw new ExecutorError('JOURNAL_CORRUPT', `record ${count} (${record.kind}): ${why}`, { cause: error })
    }
    if (onRecord?.(record, books) === false) break
  }
  return books
}
