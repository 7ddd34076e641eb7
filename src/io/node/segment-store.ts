/**
 * Appends to the segment in use, and moves on to a new one at each checkpoint without ever waiting on the disk in the
 * middle of a turn: what is appended while a checkpoint is on its way to the disk goes into both files.
 *
 * Two failures differ. A write that fails leaves nothing behind, and the next one may succeed. A sync that fails says
 * nothing about what is on the disk, and the system may forget that it failed: nothing is promised any more until a
 * checkpoint has written everything anew.
 *
 * @see https://wiki.postgresql.org/wiki/Fsync_Errors
 */
import { rm } from 'node:fs/promises'
import { ExecutorError } from '../../errors.js'
import type { JournalOwner, Logger } from '../../ports.js'
import { createGroupCommit } from './group-commit.js'
import { journalError, readContents, segmentPath, syncDirectory } from './journal-directory.js'
import type { OpenSegment } from './open-segment.js'
import { createDraft, type SegmentDraft } from './segment-draft.js'

/** When a record counts as kept: when the operating system has it, or when the disk has it. */
export type Durability = 'os' | 'fsync'

export type SegmentStore = {
  /** The file that is appended to, and the bytes in it that are whole lines. */
  readonly current: { readonly path: string; readonly size: number }
  readonly wantsCheckpoint: boolean
  /** @throws {ExecutorError} `JOURNAL_FAILED` */
  append(payload: string): void | Promise<void>
  /** @throws {ExecutorError} `JOURNAL_FAILED` */
  checkpoint(payloads: readonly string[]): Promise<void>
  close(): Promise<void>
}

export type SegmentStoreOptions = {
  readonly directory: string
  readonly owner: JournalOwner
  readonly segment: OpenSegment
  readonly durability: Durability
  readonly maxSegmentBytes: number
  readonly logger: Logger
}

/** Lines of a checkpoint that are written together. */
const BATCH_LINES = 512

export function createSegmentStore(options: SegmentStoreOptions): SegmentStore {
  const { directory, owner, durability, maxSegmentBytes, logger } = options
  let { file, number, checkpointSize } = options.segment
  /** A record was lost that only a checkpoint can bring back. */
  let isIncomplete = false
  /** What was written cannot be brought to the disk any more. */
  let isUnsyncable = false
  /** What was appended since the checkpoint under way began. */
  let appended: string[] | undefined
  let checkpointing: Promise<void> = Promise.resolve()

  const commit = createGroupCommit(async () => {
    if (isUnsyncable) throw unsyncable()
    try {
      await file.sync()
    } catch (error) {
      isUnsyncable = true
      isIncomplete = true
      throw journalError(`${file.path} could not be synced`, error)
    }
  })

  const unsyncable = (): ExecutorError =>
    new ExecutorError('JOURNAL_FAILED', `${file.path} could not be synced; a checkpoint is needed first`)

  async function replace(payloads: readonly string[]): Promise<void> {
    if (appended !== undefined) throw new ExecutorError('JOURNAL_FAILED', 'a checkpoint is under way')
    const tail: string[] = []
    appended = tail
    isIncomplete = false
    // A record of these moments is on the disk when the file is that a restart would read, and not before.
    const noSync = commit.hold()
    const replaced = file
    let draft: SegmentDraft | undefined
    try {
      draft = createDraft(directory, number + 1, owner, file.sequence + 1)
      for (let at = 0; at < payloads.length; at += BATCH_LINES) draft.add(payloads.slice(at, at + BATCH_LINES))
      draft.finish()
      const draftSize = draft.file.size
      await Promise.all([draft.file.sync(), noSync])
      // From here to the end of the switch in one turn, so that no record can fall between the files.
      draft.file.write(tail)
      draft.file.rename(segmentPath(directory, number + 1))
      file = draft.file
      draft = undefined
      number += 1
      checkpointSize = draftSize
      replaced.close()
      await syncDirectory(directory)
      isUnsyncable = false
    } catch (error) {
      isIncomplete = true
      // The new file has its name, but a power cut might still bring the old one back.
      if (file !== replaced) isUnsyncable = true
      draft?.discard()
      throw journalError(`a checkpoint could not be made in ${directory}`, error)
    } finally {
      appended = undefined
      commit.release()
    }
    await removeOldSegments()
  }

  /** All but the previous one, which is what `salvage` falls back on. */
  async function removeOldSegments(): Promise<void> {
    try {
      const { segments } = await readContents(directory)
      for (const old of segments.slice(0, -2)) await rm(segmentPath(directory, old), { force: true })
    } catch (error) {
      logger.warn('old segments of the journal could not be removed', { directory, error })
    }
  }

  return {
    get current() {
      return file
    },
    get wantsCheckpoint() {
      return appended === undefined && (isIncomplete || file.size - checkpointSize > maxSegmentBytes)
    },
    append(payload) {
      if (isUnsyncable && durability === 'fsync') {
        isIncomplete = true
        throw unsyncable()
      }
      try {
        file.write([payload])
      } catch (error) {
        isIncomplete = true
        throw journalError(`a record could not be written to ${file.path}`, error)
      }
      appended?.push(payload)
      return durability === 'fsync' ? commit.wait() : undefined
    },
    checkpoint(payloads) {
      const made = replace(payloads)
      checkpointing = Promise.allSettled([checkpointing, made]).then(() => {})
      return made
    },
    async close() {
      await checkpointing
      await commit.drained()
      file.close()
    },
  }
}
