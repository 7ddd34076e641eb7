/**
 * Goes on after damage, in a new segment, with every record before it.
 *
 * The segment before the damaged one ends where the damaged one's checkpoint begins, so it stands in for a checkpoint
 * that cannot be read to its end. This is what the previous segment is kept for.
 */
import { link, rm } from 'node:fs/promises'
import type { JournalOwner, Logger } from '../../ports.js'
import { damagedPath, syncDirectory } from './journal-directory.js'
import { createSegment } from './segment-draft.js'
import type { SegmentFile } from './segment-file.js'
import { type Damage, readSegment } from './segment-reader.js'
import type { SegmentScan } from './segment-scan.js'

/** What had to be given up. */
export type SalvageReport = {
  /** Where the damaged file is now. */
  readonly file: string
  /** Where the damage begins, and what it is. */
  readonly line: number
  /** The number of the first record that is lost; unknown when the file could not be read at all. */
  readonly record: number | undefined
  readonly problem: string
  /** Records the journal goes on with. */
  readonly keptRecords: number
  /** Bytes of the damaged file from the damage on. */
  readonly lostBytes: number
}

export type Salvage = {
  readonly directory: string
  readonly owner: JournalOwner
  readonly logger: Logger
  /** The number of the segment that takes over. */
  readonly number: number
  readonly damaged: SegmentScan
  readonly damage: Damage
  readonly previous: SegmentScan | undefined
}

/** @throws the errors of `node:fs` */
export async function salvageSegment({
  directory,
  owner,
  logger,
  number,
  damaged,
  damage: { line, record, problem },
  previous,
}: Salvage): Promise<{ readonly file: SegmentFile; readonly salvaged: SalvageReport }> {
  const isPreviousNeeded = damaged.checkpointSize === 0 && previous !== undefined && previous.checkpointSize > 0
  const source = isPreviousNeeded ? previous : damaged
  const salvaged: SalvageReport = {
    file: damagedPath(damaged.path),
    line,
    record,
    problem,
    keptRecords: source.records,
    lostBytes: damaged.size - damaged.end,
  }
  logger.error('the journal is damaged; what comes after the damage is given up', { ...salvaged, from: source.path })
  // Its second name comes first and its old one goes last: whenever this is interrupted, the damaged file is still there,
  // and under its old name as long as nothing has taken its place.
  await link(damaged.path, salvaged.file).catch(unlessItExists)
  const file = await createSegment(directory, number, owner, damaged.sequence + 1, keptBatches(source))
  try {
    await rm(damaged.path)
    await syncDirectory(directory)
  } catch (error) {
    file.close()
    throw error
  }
  return { file, salvaged }
}

async function* keptBatches({ path, end }: SegmentScan): AsyncGenerator<readonly string[]> {
  for await (const lines of readSegment(path, end)) {
    yield lines.flatMap((line) => (line.role === 'record' ? [JSON.stringify(line.value)] : []))
  }
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
