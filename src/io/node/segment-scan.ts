/** What one segment holds, from its first byte to its last: how far it makes sense, and whose it is. */
import { stat } from 'node:fs/promises'
import { ExecutorError } from '../../errors.js'
import type { JournalOwner, JournalRecord } from '../../ports.js'
import type { JsonObject } from '../../wire/json.js'
import { journalError } from './journal-directory.js'
import { FORMAT_VERSION } from './segment-draft.js'
import { type Damage, readSegment } from './segment-reader.js'

export type SegmentScan = {
  readonly path: string
  readonly size: number
  readonly header: JsonObject | undefined
  /** Where its checkpoint ends; 0 when that is not whole. */
  readonly checkpointSize: number
  /** Where its last good line ends, and that line's number. */
  readonly end: number
  readonly sequence: number
  readonly records: number
  readonly damage: Damage | undefined
}

/** @throws the errors of `node:fs` */
export async function scanSegment(path: string): Promise<SegmentScan> {
  const { size } = await stat(path)
  let header: JsonObject | undefined
  let checkpointSize = 0
  let end = 0
  let sequence = 0
  let records = 0
  let damage: Damage | undefined
  for await (const lines of readSegment(path, size)) {
    for (const line of lines) {
      if (line.role === 'torn') break
      if (line.role === 'damage') {
        damage = line
        break
      }
      if (line.role === 'header') header = line.value
      if (line.role === 'checkpointed') checkpointSize = line.end
      if (line.role === 'record') records += 1
      end = line.end
      sequence = line.sequence
    }
  }
  return { path, size, header, checkpointSize, end, sequence, records, damage }
}

/**
 * The records of a segment that was found whole.
 *
 * @throws {ExecutorError} `JOURNAL_CORRUPT` when it no longer is, `JOURNAL_FAILED` when it cannot be read
 */
export async function* readRecords(path: string, size: number): AsyncGenerator<JournalRecord> {
  try {
    for await (const lines of readSegment(path, size)) {
      for (const line of lines) {
        if (line.role === 'damage' || line.role === 'torn') throw corrupt(path, line)
        if (line.role === 'record') yield line.value
      }
    }
  } catch (error) {
    throw journalError(`${path} could not be read`, error)
  }
}

/**
 * Another account's journal, or one of a later version, is not a damaged one: it is refused, and never salvaged.
 *
 * @throws {ExecutorError} `JOURNAL_CORRUPT`
 */
export function assertOwner({ path, header }: SegmentScan, owner: JournalOwner): void {
  if (header === undefined) return
  if (header['journal'] !== FORMAT_VERSION) {
    const formats = `format ${header['journal']}, and this version reads format ${FORMAT_VERSION}`
    throw new ExecutorError('JOURNAL_CORRUPT', `${path} is of ${formats}`)
  }
  for (const field of ['network', 'account'] as const) {
    if (header[field] === owner[field]) continue
    const whose = `the journal of ${field} ${header[field]}, not of ${owner[field]}`
    throw new ExecutorError('JOURNAL_CORRUPT', `${path} is ${whose}`)
  }
}

export function corrupt(path: string, { line, record, problem }: Damage): ExecutorError {
  return new ExecutorError('JOURNAL_CORRUPT', `${path}, line ${line}, record ${record ?? 'unknown'}: ${problem}`)
}
