/**
 * A journal in memory: for tests, and to replay an incident whose records were kept elsewhere.
 *
 * Records are kept as text, as a file would keep them, so that what comes back is what a restart would see: a copy, and
 * only what JSON can spell. It never forgets anything by itself.
 */
import { ExecutorError } from '../errors.js'
import type { Journal, JournalOwner, JournalRecord } from '../ports.js'
import { encodeRecord } from './journal-record.js'

export type MemoryJournal = Journal & {
  /** What `replay` would tell now. Handed to a new journal, they are what a killed process leaves behind. */
  readonly records: readonly JournalRecord[]
}

/** @param records what an earlier process has left behind */
export function createMemoryJournal(records: Iterable<JournalRecord> = []): MemoryJournal {
  let lines = Array.from(records, encodeRecord)
  let owner: string | undefined
  let isOpen = false

  function assertOpen(): void {
    if (!isOpen) throw new ExecutorError('JOURNAL_FAILED', 'the journal is not open')
  }

  return {
    async open({ network, account }: JournalOwner) {
      const name = `${account} on ${network}`.toLowerCase()
      if (isOpen) throw new ExecutorError('JOURNAL_LOCKED', `the journal is open already, for ${owner}`)
      if (owner !== undefined && owner !== name) {
        throw new ExecutorError('JOURNAL_CORRUPT', `the journal belongs to ${owner}, not to ${name}`)
      }
      owner = name
      isOpen = true
    },
    async *replay() {
      assertOpen()
      for (const line of [...lines]) yield decode(line)
    },
    append(record) {
      assertOpen()
      lines.push(encodeRecord(record))
    },
    wantsCheckpoint: false,
    checkpoint(checkpointed) {
      assertOpen()
      lines = Array.from(checkpointed, encodeRecord)
    },
    async close() {
      isOpen = false
    },
    get records() {
      return lines.map(decode)
    },
  }
}

const decode = (line: string): JournalRecord => JSON.parse(line) as JournalRecord
