/** What a journal makes of files that are not what was written. */
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalRecord } from 'hip3-executor'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeLine } from '../../../src/io/node/journal-line.js'
import {
  createMemoryLogger,
  directoryWith,
  type Files,
  filesIn,
  foundIn,
  homeIn,
  journalIn,
  newestIn,
  openedIn,
  segment,
  temporaryDirectory,
} from '../../helpers/file-journals.js'
import { OWNER, record, records, replayed } from '../../helpers/journals.js'

/** Segment 1 holds records 1 to 3, segment 2 a checkpoint of 11 and 12 and then 13 to 15. */
let healthy: Files
let newest: Buffer
/** Where each line of the newest segment begins, and where the last one ends. */
let starts: readonly number[]
let firstRecord: number

const MARKER_LINE = 4
const LINES = 7

beforeAll(async () => {
  const directory = await temporaryDirectory()
  const journal = await openedIn(directory)
  for (const one of records(1, 3)) journal.append(one)
  await journal.checkpoint(records(11, 12))
  for (const one of records(13, 15)) journal.append(one)
  await journal.close()
  healthy = await filesIn(directory)
  newest = healthy[segment(2)] ?? Buffer.of()
  starts = [0, ...[...newest.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1)]
  firstRecord = Number(newest.toString('latin1').split(' ')[1])
  expect(starts).toHaveLength(LINES + 1)
})

const withNewest = (bytes: Buffer): Promise<string> => directoryWith({ ...healthy, [segment(2)]: bytes })

/** The line, counted from 1, that a byte of the newest segment stands in. */
const lineOf = (at: number): number => starts.findLastIndex((start) => start <= at) + 1

/** What is before a line of the newest segment, header and checkpoint mark not counted. */
const recordsBefore = (line: number): readonly JournalRecord[] =>
  records(11, 15).slice(0, line <= MARKER_LINE ? Math.max(0, line - 2) : line - 3)

/** The refusal that names a line of the newest segment. */
const damageAt = (line: number, problem = ''): object =>
  expect.objectContaining({
    code: 'JOURNAL_CORRUPT',
    message: expect.stringMatching(
      new RegExp(
        `${segment(2)}, line ${line}, record ${line === 1 ? 'unknown' : firstRecord + line - 1}: .*${problem}`,
      ),
    ),
  })

function flipped(at: number, mask = 1 << (at % 8)): Buffer {
  const bytes = Buffer.from(newest)
  bytes[at] = (bytes[at] ?? 0) ^ mask
  return bytes
}

/** A few at a time: most of each try is waiting for the disk. */
async function everywhere(end: number, tried: (at: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < end) await tried(next++)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

describe('a journal whose newest file was cut', () => {
  it('tells what is whole, and refuses a checkpoint that is not, wherever the cut is', async () => {
    const checkpointSize = starts[MARKER_LINE] ?? 0
    await everywhere(newest.length + 1, async (cut) => {
      const directory = await withNewest(newest.subarray(0, cut))
      if (cut < checkpointSize) {
        await expect(openedIn(directory)).rejects.toThrow(damageAt(lineOf(cut), 'ends before its checkpoint'))
      } else {
        expect(await foundIn(directory), `cut at ${cut}`).toStrictEqual(recordsBefore(lineOf(cut)))
      }
    })
  })

  it.each([
    ['half a line', (last: number) => newest.subarray(0, last + 20)],
    ['a line without its end', () => newest.subarray(0, -1)],
    ['a tail of NUL bytes', (last: number) => Buffer.concat([newest.subarray(0, last), Buffer.alloc(600_000)])],
    ['half a line and NUL bytes', (last: number) => Buffer.concat([newest.subarray(0, last + 9), Buffer.alloc(70)])],
  ])('cuts off %s, says so, and goes on', async (_what, tear) => {
    const last = starts[LINES - 1] ?? 0
    const torn = tear(last)
    const directory = await withNewest(torn)
    const logger = createMemoryLogger()
    const journal = await openedIn(directory, { logger })
    expect(logger.told).toMatchObject([
      ['warn', 'the last record of the journal was never finished', { tornBytes: torn.length - last }],
    ])
    journal.append(record(16))
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual([...records(11, 14), record(16)])
    expect(journal.salvaged).toBeUndefined()
  })
})

describe('a journal in which a byte has changed', () => {
  it('is refused, and told which record it is, wherever the byte is', async () => {
    const end = newest.length - 1
    await everywhere(end, async (at) => {
      await expect(openedIn(await withNewest(flipped(at))), `byte ${at}`).rejects.toThrow(damageAt(lineOf(at)))
    })
    // Without its line break the last record looks like one that was never finished.
    expect(await foundIn(await withNewest(flipped(end)))).toStrictEqual(records(11, 14))
  })

  it('leaves the files as they are when it is refused', async () => {
    const bytes = flipped(starts[5] ?? 0)
    const directory = await withNewest(bytes)
    await expect(openedIn(directory)).rejects.toThrow()
    expect(await filesIn(directory)).toStrictEqual({ ...healthy, [segment(2)]: bytes })
  })
})

describe('a journal with lines that are whole but out of place', () => {
  /** The newest segment with some of its lines, by their numbers from 1, or other text instead. */
  const assembled = (parts: readonly (number | string)[]): Buffer =>
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'string' ? Buffer.from(part) : newest.subarray(starts[part - 1], starts[part]),
      ),
    )
  const line = (number: number, json: string): string => encodeLine(firstRecord + number - 1, json)

  it.each([
    ['misses one', () => [1, 2, 3, 4, 5, 7], 6, 'it has number'],
    ['has one twice', () => [1, 2, 3, 4, 5, 5, 6, 7], 6, 'it has number'],
    ['has two in the wrong order', () => [1, 2, 3, 4, 6, 5, 7], 5, 'it has number'],
    ['misses one of its checkpoint', () => [1, 2, 4, 5, 6, 7], 3, 'it has number'],
    ['has a header in its middle', () => [1, 2, 3, 4, 1], 5, 'it has number'],
    ['begins without a header', () => [2, 3, 4, 5], 1, 'not the header'],
    ['counts its checkpoint wrong', () => [1, 2, 3, line(4, '{"checkpoint":3}')], 4, 'not a record'],
    ['has two checkpoints', () => [1, 2, 3, 4, line(5, '{"checkpoint":2}')], 5, 'not a record'],
    ['has a record of no kind', () => [1, 2, 3, 4, line(5, '{"n":1}')], 5, 'not a record'],
    ['has a list for a record', () => [1, 2, 3, 4, line(5, '[]')], 5, 'not a JSON object'],
    ['has text that is no JSON', () => [1, 2, 3, 4, line(5, '{"kind":')], 5, 'not a JSON object'],
    ['has no number', () => [1, 2, 3, 4, encodeLine(Number.NaN, '{"kind":"x"}')], 5, 'no number'],
    ['has an empty line', () => [1, 2, 3, 4, '\n', 5], 5, 'checksum'],
  ])('is refused when it %s', async (_what, parts, at, problem) => {
    await expect(openedIn(await withNewest(assembled(parts())))).rejects.toThrow(damageAt(at, problem))
  })
})

describe('a journal of a later format', () => {
  it('is refused and not touched, even if it may be salvaged', async () => {
    const later = Buffer.from(`${encodeLine(1, '{"journal":2}')}whatever the future brings\n`)
    const directory = await withNewest(later)
    await expect(openedIn(directory, { salvage: true })).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: expect.stringContaining('format 2'),
    })
    expect((await newestIn(directory)).bytes).toStrictEqual(later)
  })
})

describe('a journal that is damaged while it is open', () => {
  it.each([
    ['changed', () => flipped(starts[5] ?? 0), 6],
    ['cut inside a line', () => newest.subarray(0, (starts[5] ?? 0) + 5), 6],
    ['cut between lines', () => newest.subarray(0, starts[5] ?? 0), 6],
  ])('says so when it is replayed (%s)', async (_what, damage, line) => {
    const directory = await withNewest(newest)
    const journal = await openedIn(directory)
    const { path } = await newestIn(directory)
    await truncate(path, 0)
    await writeFile(path, damage())
    await expect(replayed(journal)).rejects.toThrow(damageAt(line))
    await journal.close()
  })
})

describe('salvage', () => {
  it('changes nothing in a healthy journal', async () => {
    const directory = await withNewest(newest)
    const journal = await openedIn(directory, { salvage: true })
    expect(journal.salvaged).toBeUndefined()
    await journal.close()
    expect(await filesIn(directory)).toStrictEqual(healthy)
  })

  it('keeps every record before the damage, and the damaged file under another name', async () => {
    for (let line = MARKER_LINE + 1; line <= LINES; line++) {
      const bytes = flipped((starts[line - 1] ?? 0) + 12)
      const directory = await withNewest(bytes)
      const logger = createMemoryLogger()
      const journal = await openedIn(directory, { salvage: true, logger })
      const kept = recordsBefore(line)
      const report = {
        file: join(homeIn(directory), `${segment(2)}.damaged`),
        line,
        record: firstRecord + line - 1,
        problem: 'its checksum does not match',
        keptRecords: kept.length,
        lostBytes: newest.length - (starts[line - 1] ?? 0),
      }
      expect(journal.salvaged).toStrictEqual(report)
      expect(logger.told).toMatchObject([['error', expect.stringContaining('damaged'), report]])
      expect(await replayed(journal)).toStrictEqual(kept)
      journal.append(record(99))
      await journal.close()
      const files = await filesIn(directory)
      expect(Object.keys(files)).toStrictEqual([segment(1), `${segment(2)}.damaged`, segment(3)])
      expect(files[`${segment(2)}.damaged`]).toStrictEqual(bytes)
      expect(await foundIn(directory)).toStrictEqual([...kept, record(99)])
    }
  })

  it('goes back to the segment before, when the checkpoint itself is damaged', async () => {
    for (let line = 1; line <= MARKER_LINE; line++) {
      const directory = await withNewest(flipped((starts[line - 1] ?? 0) + 12))
      const journal = await openedIn(directory, { salvage: true })
      expect(journal.salvaged).toMatchObject({ line, keptRecords: 3 })
      expect(await replayed(journal)).toStrictEqual(records(1, 3))
      await journal.close()
    }
  })

  it('takes what is whole of the segment before, when both are damaged', async () => {
    const first = Buffer.from(healthy[segment(1)] ?? Buffer.of())
    first[first.length - 5] = 0
    const directory = await directoryWith({ [segment(1)]: first, [segment(2)]: flipped(12) })
    expect(await foundIn(directory, { salvage: true })).toStrictEqual(records(1, 2))
  })

  it('takes what is whole of the checkpoint, when nothing else is left', async () => {
    const directory = await directoryWith({ [segment(2)]: flipped((starts[2] ?? 0) + 12) })
    expect(await foundIn(directory, { salvage: true })).toStrictEqual([record(11)])
    const empty = await directoryWith({ [segment(1)]: Buffer.of() })
    expect(await foundIn(empty, { salvage: true })).toStrictEqual([])
  })

  it('never mixes in what belongs to another account', async () => {
    const header = { journal: 1, network: OWNER.network, account: `0x${'12'.repeat(20)}` }
    const foreign = Buffer.from(encodeLine(1, JSON.stringify(header)) + encodeLine(2, '{"checkpoint":0}'))
    const directory = await directoryWith({ [segment(1)]: foreign, [segment(2)]: flipped(12) })
    await expect(openedIn(directory, { salvage: true })).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: expect.stringContaining(header.account),
    })
  })

  it('comes to the same end when it was interrupted', async () => {
    const bytes = flipped((starts[5] ?? 0) + 12)
    const done = await withNewest(bytes)
    await foundIn(done, { salvage: true })
    const successor = (await filesIn(done))[segment(3)] ?? Buffer.of()
    const states: readonly Files[] = [
      { [segment(2)]: bytes, [`${segment(2)}.damaged`]: bytes },
      { [segment(2)]: bytes, [`${segment(2)}.damaged`]: bytes, [`${segment(3)}.draft`]: successor.subarray(0, 150) },
      { [segment(2)]: bytes, [`${segment(2)}.damaged`]: bytes, [segment(3)]: successor },
      { [`${segment(2)}.damaged`]: bytes, [segment(3)]: successor },
    ]
    for (const state of states) {
      const directory = await directoryWith({ ...state, [segment(1)]: healthy[segment(1)] ?? Buffer.of() })
      expect(await foundIn(directory, { salvage: true })).toStrictEqual(records(11, 13))
      expect((await filesIn(directory))[`${segment(2)}.damaged`]).toStrictEqual(bytes)
    }
  })
})

describe('a checkpoint that was interrupted', () => {
  it('counts from the moment its file has its name, and not before', async () => {
    const old = healthy[segment(1)] ?? Buffer.of()
    const made = newest.subarray(0, starts[MARKER_LINE])
    for (let written = 0; written <= made.length; written += 7) {
      const directory = await directoryWith({ [segment(1)]: old, [`${segment(2)}.draft`]: made.subarray(0, written) })
      expect(await foundIn(directory)).toStrictEqual(records(1, 3))
      expect(await filesIn(directory)).toStrictEqual({ [segment(1)]: old })
    }
    const oldest = { [segment(1)]: old, [segment(2)]: old }
    const directory = await directoryWith({ ...oldest, [segment(3)]: made })
    const journal = journalIn(directory)
    await journal.open(OWNER)
    expect(await replayed(journal)).toStrictEqual(records(11, 12))
    await journal.checkpoint([record(20)])
    await journal.close()
    expect(Object.keys(await filesIn(directory))).toStrictEqual([segment(3), segment(4)])
  })
})
