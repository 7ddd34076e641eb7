/**
 * Finds the segment a journal continues in: the newest one, checked from its first byte to its last. A record that was
 * never finished is cut off. Damage is refused, or salvaged when that was asked for.
 */
import { rm, truncate } from 'node:fs/promises'
import type { JournalOwner, Logger } from '../../ports.js'
import { readContents, segmentPath } from './journal-directory.js'
import { type SalvageReport, salvageSegment } from './salvage.js'
import { createSegment } from './segment-draft.js'
import { openSegmentFile, type SegmentFile } from './segment-file.js'
import { assertOwner, corrupt, scanSegment } from './segment-scan.js'

export type OpenSegment = {
  readonly file: SegmentFile
  readonly number: number
  /** How much of it is its checkpoint, in bytes. */
  readonly checkpointSize: number
  readonly salvaged: SalvageReport | undefined
}

export type OpenSegmentOptions = {
  readonly directory: string
  readonly owner: JournalOwner
  readonly salvage: boolean
  readonly logger: Logger
}

/**
 * @throws {ExecutorError} `JOURNAL_CORRUPT`
 * @throws the errors of `node:fs`
 */
export async function openNewestSegment(options: OpenSegmentOptions): Promise<OpenSegment> {
  const { directory, owner, salvage, logger } = options
  const { segments, highest, drafts } = await readContents(directory)
  for (const draft of drafts) await rm(draft, { force: true })
  const [number, before] = segments.toReversed()
  if (number === undefined) {
    const file = await createSegment(directory, highest + 1, owner, 1, [])
    return { file, number: highest + 1, checkpointSize: file.size, salvaged: undefined }
  }
  const path = segmentPath(directory, number)
  const scan = await scanSegment(path)
  assertOwner(scan, owner)
  if (scan.damage !== undefined) {
    if (!salvage) throw corrupt(path, scan.damage)
    const previous = before === undefined ? undefined : await scanSegment(segmentPath(directory, before))
    if (previous !== undefined) assertOwner(previous, owner)
    const { damage } = scan
    const result = await salvageSegment({
      directory,
      owner,
      logger,
      number: highest + 1,
      damaged: scan,
      damage,
      previous,
    })
    return { ...result, number: highest + 1, checkpointSize: result.file.size }
  }
  if (scan.end < scan.size) {
    logger.warn('the last record of the journal was never finished', { path, tornBytes: scan.size - scan.end })
    await truncate(path, scan.end)
  }
  const file = openSegmentFile(path, { size: scan.end, sequence: scan.sequence }, false)
  return { file, number, checkpointSize: scan.checkpointSize, salvaged: undefined }
}
