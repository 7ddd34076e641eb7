/** How a journal spells a record. One place, so that every journal refuses the same ones. */
import { ExecutorError } from '../errors.js'
import type { JournalRecord } from '../ports.js'

/** @throws {ExecutorError} `JOURNAL_FAILED` when it cannot be spelled, or could not be told from a journal's own lines */
export function encodeRecord(record: JournalRecord): string {
  if (typeof record.kind !== 'string') throw new ExecutorError('JOURNAL_FAILED', 'a record without a kind was not kept')
  try {
    return JSON.stringify(record)
  } catch (error) {
    throw new ExecutorError('JOURNAL_FAILED', `a record of kind ${record.kind} cannot be written as JSON`, {
      cause: error,
    })
  }
}
