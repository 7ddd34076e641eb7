/** A journal in files, as its owner sees it. */
import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { JournalRecord } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import {
  filesIn,
  foundIn,
  homeIn,
  journalIn,
  newestIn,
  openedIn,
  segment,
  temporaryDirectory,
} from '../../helpers/file-journals.js'
import { OTHER_ACCOUNT, OWNER, record, records, replayed } from '../../helpers/journals.js'

const refused = (code: string, words: string): object =>
  expect.objectContaining({ code, message: expect.stringContaining(words) })

describe('a file journal', () => {
  it('touches nothing before it is opened', async () => {
    const directory = await temporaryDirectory()
    journalIn(join(directory, 'deep', 'down'))
    expect(await readdir(directory)).toStrictEqual([])
  })

  it('lives in a directory of its owner, which nobody else can read', async () => {
    const directory = join(await temporaryDirectory(), 'deep', 'down')
    const journal = await openedIn(directory)
    const home = homeIn(directory)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    expect((await readdir(home)).sort()).toStrictEqual(['lock', segment(1)])
    for (const name of await readdir(home)) expect((await stat(join(home, name))).mode & 0o777).toBe(0o600)
    await journal.close()
    expect(await readdir(home)).toStrictEqual([segment(1)])
  })

  it('is one readable line a record, with a checksum and a number', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    journal.append({ kind: 'sent', market: 'xyz:NVDA', note: 'two\nlines, ünïcode' })
    const lines = (await newestIn(directory)).bytes.toString('utf8').split('\n')
    await journal.close()
    expect(lines.map((line) => line.slice(9))).toStrictEqual([
      `1 {"journal":1,"network":"testnet","account":"${OWNER.account}"}`,
      '2 {"checkpoint":0}',
      '3 {"kind":"sent","market":"xyz:NVDA","note":"two\\nlines, ünïcode"}',
      '',
    ])
    for (const line of lines.slice(0, -1)) {
      expect(line.slice(0, 8)).toBe(crc32(line.slice(9)).toString(16).padStart(8, '0'))
    }
  })

  it('tells after a restart what it was told before', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    for (const one of records(1, 3)) expect(journal.append(one)).toBeUndefined()
    expect(await replayed(journal)).toStrictEqual(records(1, 3))
    await journal.close()
    const again = await openedIn(directory)
    again.append(record(4))
    await again.close()
    expect(await foundIn(directory)).toStrictEqual(records(1, 4))
  })

  it('tells records of any size, whatever they hold', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    const strange: readonly JournalRecord[] = [
      { kind: '' },
      { kind: 'lone surrogate', text: '\ud800 \u2028 \0' },
      { kind: 'large', text: 'x'.repeat(700_000) },
      { kind: 'nested', journal: 1, checkpoint: 2, list: [{ a: null }, [1.5, -2e21]] },
      { kind: 'large again', text: 'ü'.repeat(300_000) },
    ]
    for (const one of strange) journal.append(one)
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual(strange)
  })

  it('does not replay what is appended while it replays', async () => {
    const journal = await openedIn(await temporaryDirectory())
    for (const one of records(1, 3)) journal.append(one)
    const seen: JournalRecord[] = []
    for await (const one of journal.replay()) {
      seen.push(one)
      journal.append({ kind: 'seen' })
    }
    expect(seen).toStrictEqual(records(1, 3))
    await journal.close()
  })

  it('answers with a promise when it brings every record to the disk', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory, { durability: 'fsync' })
    const kept = records(1, 500).map((one) => journal.append(one))
    for (const one of kept) expect(one).toBeInstanceOf(Promise)
    await Promise.all(kept)
    expect((await newestIn(directory)).bytes.toString('utf8')).toContain('"n":500}\n')
    const last = journal.append(record(501))
    await journal.close()
    await expect(last).resolves.toBeUndefined()
    expect(await foundIn(directory)).toStrictEqual(records(1, 501))
  })

  it('keeps no record that cannot come back', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    const lost = refused('JOURNAL_FAILED', 'record')
    expect(() => journal.append({ kind: 'big', n: 1n })).toThrow(lost)
    expect(() => journal.append({} as never)).toThrow(lost)
    await expect(journal.checkpoint([{ kind: 'big', n: 1n }])).rejects.toThrow(lost)
    journal.append(record(1))
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual([record(1)])
  })

  it('opens for its account, however the address is spelled', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    journal.append(record(1))
    await journal.close()
    const account = `0x${OWNER.account.slice(2).toUpperCase()}` as const
    await journal.open({ ...OWNER, account })
    expect(await replayed(journal)).toStrictEqual([record(1)])
    await journal.close()
    await expect(journal.open({ ...OWNER, account: '0x12' })).rejects.toThrow(RangeError)
  })

  it('keeps the journals of two networks and accounts apart', async () => {
    const directory = await temporaryDirectory()
    const one = await openedIn(directory)
    one.append(record(1))
    for (const owner of [{ ...OWNER, network: 'mainnet' } as const, OTHER_ACCOUNT]) {
      const other = journalIn(directory)
      await other.open(owner)
      expect(await replayed(other)).toStrictEqual([])
      await other.close()
    }
    await one.close()
  })

  it('that was moved to where another account looks for it is refused', async () => {
    const directory = await temporaryDirectory()
    await (await openedIn(directory)).close()
    await rename(homeIn(directory), homeIn(directory).replace(OWNER.account, OTHER_ACCOUNT.account))
    const journal = journalIn(directory, { salvage: true })
    await expect(journal.open(OTHER_ACCOUNT)).rejects.toThrow(refused('JOURNAL_CORRUPT', OWNER.account))
  })

  it('can do nothing before it is opened or after it is closed', async () => {
    const journal = journalIn(await temporaryDirectory())
    const closed = refused('JOURNAL_FAILED', 'not open')
    const assertClosed = async (): Promise<void> => {
      expect(() => journal.append(record(1))).toThrow(closed)
      await expect(journal.checkpoint([])).rejects.toThrow(closed)
      await expect(replayed(journal)).rejects.toThrow(closed)
      expect(journal.wantsCheckpoint).toBe(false)
    }
    await assertClosed()
    await journal.close()
    await journal.open(OWNER)
    await Promise.all([journal.close(), journal.close()])
    await assertClosed()
  })

  it('closes what is only being opened', async () => {
    const directory = await temporaryDirectory()
    const journal = journalIn(directory)
    const opening = journal.open(OWNER)
    await journal.close()
    await opening
    expect(Object.keys(await filesIn(directory))).toStrictEqual([segment(1)])
  })

  it('can be opened again by the same object, once it is closed', async () => {
    const journal = await openedIn(await temporaryDirectory())
    await expect(journal.open(OWNER)).rejects.toThrow(refused('JOURNAL_LOCKED', 'open already'))
    journal.append(record(1))
    await journal.close()
    await journal.open(OWNER)
    expect(await replayed(journal)).toStrictEqual([record(1)])
    await journal.close()
  })

  it('says in a typed error what the system refused', async () => {
    const directory = await temporaryDirectory()
    const { path } = await (async () => {
      await (await openedIn(directory)).close()
      return newestIn(directory)
    })()
    await expect(openedIn(path)).rejects.toThrow(refused('JOURNAL_FAILED', 'ENOTDIR'))
  })

  it.each([
    [{ directory: '' }, TypeError],
    [{ directory: undefined as never }, TypeError],
    [{ durability: 'sometimes' as never }, RangeError],
    [{ maxSegmentBytes: 0 }, RangeError],
    [{ maxSegmentBytes: 1.5 }, RangeError],
  ])('refuses the options %j', (options, error) => {
    expect(() => journalIn('/nowhere', options)).toThrow(error)
  })
})

describe('a checkpoint', () => {
  it('replaces what was appended before it, and is followed by what comes after', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    for (const one of records(1, 3)) journal.append(one)
    await journal.checkpoint(records(11, 12))
    journal.append(record(13))
    expect(await replayed(journal)).toStrictEqual(records(11, 13))
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual(records(11, 13))
  })

  it.each(['os', 'fsync'] as const)('loses nothing that is appended while it is made (%s)', async (durability) => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory, { durability })
    const before = journal.append(record(1))
    const made = journal.checkpoint([record(2)])
    const during = journal.append(record(3))
    expect(await replayed(journal)).toEqual(expect.arrayContaining([record(3)]))
    await Promise.all([before, during, made])
    journal.append(record(4))
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual(records(2, 4))
  })

  it('keeps the previous segment and no older one', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    for (const n of [1, 2, 3]) await journal.checkpoint([record(n)])
    await journal.close()
    expect(Object.keys(await filesIn(directory))).toStrictEqual([segment(3), segment(4)])
  })

  it('is wanted when more than the limit was appended since the last one, and not while one is made', async () => {
    const directory = await temporaryDirectory()
    const line = '00000000 104 {"kind":"test","n":1}\n'.length
    const options = { maxSegmentBytes: 2 * line }
    const journal = await openedIn(directory, options)
    await journal.checkpoint(records(100, 200))
    const wanted = records(1, 3).map((one) => {
      journal.append(one)
      return journal.wantsCheckpoint
    })
    expect(wanted).toStrictEqual([false, false, true])
    await journal.close()
    await journal.open(OWNER)
    expect(journal.wantsCheckpoint).toBe(true)
    const made = journal.checkpoint([])
    expect(journal.wantsCheckpoint).toBe(false)
    await made
    expect(journal.wantsCheckpoint).toBe(false)
    await journal.close()
  })

  it('is refused while another one is made, which goes on', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    const first = journal.checkpoint([record(1)])
    await expect(journal.checkpoint([record(2)])).rejects.toThrow(refused('JOURNAL_FAILED', 'under way'))
    await first
    await journal.close()
    expect(await foundIn(directory)).toStrictEqual([record(1)])
  })

  it('is finished before the journal closes', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    journal.append(record(1))
    const made = journal.checkpoint([record(2)])
    await journal.close()
    await expect(made).resolves.toBeUndefined()
    expect(await foundIn(directory)).toStrictEqual([record(2)])
  })
})

describe('any history of a file journal', () => {
  type Step = { readonly op: 'append' | 'checkpoint' | 'await' | 'reopen'; readonly count: number }
  const step: fc.Arbitrary<Step> = fc.record({
    op: fc.constantFrom('append', 'append', 'checkpoint', 'await', 'reopen'),
    count: fc.nat(4),
  })

  it('is told exactly, by the journal and after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.constantFrom<'os' | 'fsync'>('os', 'fsync'),
        async (steps, durability) => {
          const directory = await temporaryDirectory()
          const journal = await openedIn(directory, { durability })
          let expected: JournalRecord[] = []
          let n = 0
          let checkpointing: unknown
          const waits: unknown[] = []
          for (const { op, count } of steps) {
            if (op === 'append') {
              for (let i = 0; i < count; i++) {
                n += 1
                expected.push(record(n))
                waits.push(journal.append(record(n)))
              }
            } else if (op === 'checkpoint' && checkpointing === undefined) {
              expected = Array.from({ length: count }, (_, index) => ({ kind: 'state', n, index }))
              checkpointing = journal.checkpoint(expected)
              waits.push(checkpointing)
            } else if (op === 'await') {
              await Promise.all(waits.splice(0))
              checkpointing = undefined
              expect(await replayed(journal)).toStrictEqual(expected)
            } else if (op === 'reopen') {
              await journal.close()
              await journal.open(OWNER)
              checkpointing = undefined
              expect(await replayed(journal)).toStrictEqual(expected)
            }
          }
          await journal.close()
          await Promise.all(waits)
          expect(await foundIn(directory)).toStrictEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })
})
