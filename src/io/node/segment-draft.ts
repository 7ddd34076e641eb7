/**
 * A segment in the making. It is written under another name, brought to the disk and only then renamed: under the name
 * of a segment there is never half a checkpoint.
 */
import { unlinkSync } from 'node:fs'
import type { JournalOwner } from '../../ports.js'
import { draftPath, segmentPath, syncDirectory } from './journal-directory.js'
import { openSegmentFile, type SegmentFile } from './segment-file.js'

/** Rises when the lines of a segment change their meaning. The first line keeps its form in every version. */
export const FORMAT_VERSION = 1

export type SegmentDraft = {
  readonly file: SegmentFile
  /** Adds records of the checkpoint. @throws the errors of `node:fs` */
  add(payloads: readonly string[]): void
  /** Says that the checkpoint is whole. @throws the errors of `node:fs` */
  finish(): void
  discard(): void
}

/** @param sequence the number of its first line @throws the errors of `node:fs` */
export function createDraft(
  directory: string,
  number: number,
  { network, account }: JournalOwner,
  sequence: number,
): SegmentDraft {
  const path = draftPath(segmentPath(directory, number))
  const file = openSegmentFile(path, { size: 0, sequence: sequence - 1 }, true)
  let records = 0

  function discard(): void {
    try {
      file.close()
      unlinkSync(path)
    } catch {
      // A draft is never read; the next one, or the next start, removes it.
    }
  }

  try {
    file.write([JSON.stringify({ journal: FORMAT_VERSION, network, account })])
  } catch (error) {
    discard()
    throw error
  }
  return {
    file,
    add(payloads) {
      file.write(payloads)
      records += payloads.length
    },
    finish: () => file.write([JSON.stringify({ checkpoint: records })]),
    discard,
  }
}

/** The same in one go, for a journal that nobody writes to yet. @throws the errors of `node:fs` */
export async function createSegment(
  directory: string,
  number: number,
  owner: JournalOwner,
  sequence: number,
  batches: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<SegmentFile> {
  const draft = createDraft(directory, number, owner, sequence)
  try {
    for await (const payloads of batches) draft.add(payloads)
    draft.finish()
    await draft.file.sync()
    draft.file.rename(segmentPath(directory, number))
  } catch (error) {
    draft.discard()
    throw error
  }
  try {
    await syncDirectory(directory)
  } catch (error) {
    draft.file.close()
    throw error
  }
  return draft.file
}
