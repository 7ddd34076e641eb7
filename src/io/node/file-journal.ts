/**
 * A journal in files: one directory per network and signer, numbered segments in it, and a lock that lets in one process.
 *
 * docs/journal.md describes the files and what can be relied on.
 */
import { join, resolve } from 'node:path'
import { ExecutorError } from '../../errors.js'
import { address } from '../../model/account.js'
import { wholeNumber } from '../../model/guards.js'
import type { Journal, JournalOwner, Logger } from '../../ports.js'
import { createConsoleLogger } from '../console-logger.js'
import { encodeRecord } from '../journal-record.js'
import { createDirectory, journalError, ownerDirectory } from './journal-directory.js'
import { openNewestSegment } from './open-segment.js'
import { type ProcessLock, takeLock } from './process-lock.js'
import type { SalvageReport } from './salvage.js'
import { readRecords } from './segment-scan.js'
import { createSegmentStore, type Durability, type SegmentStore } from './segment-store.js'

export type FileJournalOptions = {
  /** Where journals live; each network and account gets a directory of its own in it. Made when it is not there. */
  readonly directory: string
  /**
   * `os`: a record survives the death of the process. `fsync`: it also survives a power cut, and `append` answers with a
   * promise. Default: `os`.
   */
  readonly durability?: Durability | undefined
  /** How much is appended before `wantsCheckpoint` is true. Default: 64 MiB. */
  readonly maxSegmentBytes?: number | undefined
  /** Go on with what comes before the damage instead of refusing to open a damaged journal. Default: false. */
  readonly salvage?: boolean | undefined
  /** Default: warnings and errors on the console. */
  readonly logger?: Logger | undefined
}

export type FileJournal = Journal & {
  /** What the last `open` had to give up; `undefined` when it found everything. */
  readonly salvaged: SalvageReport | undefined
}

type Session = {
  readonly lock: ProcessLock
  readonly store: SegmentStore
  readonly salvaged: SalvageReport | undefined
}

const DEFAULT_MAX_SEGMENT_BYTES = 64 * 1024 * 1024

/**
 * Touches nothing before `open`.
 *
 * @throws {TypeError | RangeError} when an option is malformed
 */
export function createFileJournal(options: FileJournalOptions): FileJournal {
  const { durability = 'os', salvage = false } = options
  if (typeof options.directory !== 'string' || options.directory === '') {
    throw new TypeError('directory: expected a path')
  }
  if (durability !== 'os' && durability !== 'fsync') {
    throw new RangeError(`durability: expected "os" or "fsync", got ${JSON.stringify(durability)}`)
  }
  const maxSegmentBytes = wholeNumber(options.maxSegmentBytes ?? DEFAULT_MAX_SEGMENT_BYTES, 'maxSegmentBytes')
  const root = resolve(options.directory)
  const logger = options.logger ?? createConsoleLogger()
  let opening: Promise<Session> | undefined
  let session: Session | undefined
  let closing: Promise<void> | undefined
  let salvaged: SalvageReport | undefined

  async function openFor(owner: JournalOwner): Promise<Session> {
    const directory = ownerDirectory(root, owner)
    try {
      await createDirectory(directory)
      const lock = await takeLock(join(directory, 'lock'))
      try {
        const segment = await openNewestSegment({ directory, owner, salvage, logger })
        const store = createSegmentStore({ directory, owner, segment, durability, maxSegmentBytes, logger })
        return { lock, store, salvaged: segment.salvaged }
      } catch (error) {
        await lock.release()
        throw error
      }
    } catch (error) {
      throw journalError(`the journal in ${directory} could not be opened`, error)
    }
  }

  async function end(): Promise<void> {
    const ending = await opening?.catch(() => undefined)
    if (ending === undefined) return
    session = undefined
    try {
      await ending.store.close().finally(ending.lock.release)
    } catch (error) {
      throw journalError('the journal could not be closed', error)
    } finally {
      opening = undefined
    }
  }

  function opened(): SegmentStore {
    if (session === undefined) throw new ExecutorError('JOURNAL_FAILED', 'the journal is not open')
    return session.store
  }

  return {
    async open({ network, account }) {
      const owner = { network, account: address(account, 'account') }
      if (opening !== undefined) throw new ExecutorError('JOURNAL_LOCKED', 'the journal is open already')
      opening = openFor(owner)
      try {
        session = await opening
        salvaged = session.salvaged
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    replay() {
      const { path, size } = opened().current
      return readRecords(path, size)
    },
    append: (record) => opened().append(encodeRecord(record)),
    get wantsCheckpoint() {
      return session?.store.wantsCheckpoint ?? false
    },
    async checkpoint(records) {
      const store = opened()
      await store.checkpoint(Array.from(records, encodeRecord))
    },
    close() {
      closing ??= end().finally(() => {
        closing = undefined
      })
      return closing
    },
    get salvaged() {
      return salvaged
    },
  }
}
