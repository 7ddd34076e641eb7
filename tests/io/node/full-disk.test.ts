/** A disk that takes no more. The limit on the size of a file does here what a full disk does: part of a write fits. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openNewestSegment } from '../../../src/io/node/open-segment.js'
import { createSegmentStore, type Durability } from '../../../src/io/node/segment-store.js'
import { bundled } from '../../helpers/children.js'
import { filesIn, foundIn, homeIn, openedIn, segment, temporaryDirectory } from '../../helpers/file-journals.js'
import { QUIET } from '../../helpers/harness.js'
import { OWNER, record, records } from '../../helpers/journals.js'

/** In units of 1024 bytes, as the shell counts them. */
const LIMIT = 8

async function fill(directory: string, durability: Durability) {
  const command = `ulimit -f ${LIMIT} && exec "$@"`
  const args = [
    '-c',
    command,
    'bash',
    process.execPath,
    await bundled('io/node/children/filler.ts'),
    directory,
    durability,
  ]
  const { stdout } = await promisify(execFile)('bash', args)
  return JSON.parse(stdout) as {
    readonly [step in 'full' | 'small' | 'tooLarge' | 'checkpoint' | 'after']?: { code: string; message: string }
  } & { readonly wantsCheckpoint: readonly boolean[]; readonly before: object; readonly last: number }
}

describe.each(['os', 'fsync'] as const)('a journal that may not grow (%s)', (durability) => {
  it('loses that record and no other, asks for a checkpoint, and goes on after it', async () => {
    const directory = await temporaryDirectory()
    const { full, small, tooLarge, checkpoint, after, wantsCheckpoint, before, last } = await fill(
      directory,
      durability,
    )
    const refused = { code: 'JOURNAL_FAILED', message: expect.stringContaining('EFBIG') }
    expect(full).toStrictEqual(refused)
    expect(small).toBeUndefined()
    expect(tooLarge).toStrictEqual(refused)
    expect(checkpoint).toBeUndefined()
    expect(after).toBeUndefined()
    expect(wantsCheckpoint).toStrictEqual([false, true, true, true, false, false])
    const lost = last - 2
    const kept = [...Array.from({ length: lost - 1 }, (_, index) => index + 1), last - 1]
    expect(before).toStrictEqual({ kept, replayed: kept })
    expect((await foundIn(directory)).map(({ n }) => n)).toStrictEqual([0, last])
    // The failed write has filled the file up to its limit, and was taken back.
    const file = (await filesIn(directory))[segment(1)] ?? Buffer.of()
    expect(file.length).toBeLessThan(LIMIT * 1024)
    expect(file.at(-1)).toBe(0x0a)
    expect(file.toString('latin1')).not.toContain(`"n":${lost},`)
  })
})

describe('a disk that takes a write and then fails to sync it', () => {
  /** A real journal on a disk that only says so when it is asked to sync. */
  async function storeOnBadDisk(directory: string) {
    await (await openedIn(directory)).close()
    const home = homeIn(directory)
    const opened = await openNewestSegment({ directory: home, owner: OWNER, salvage: false, logger: QUIET })
    const disk = { isBad: false, syncs: 0 }
    const { file } = opened
    const sync = async (): Promise<void> => {
      disk.syncs += 1
      if (disk.isBad) throw new Error('EIO: i/o error, fdatasync')
      await file.sync()
    }
    const store = createSegmentStore({
      directory: home,
      owner: OWNER,
      segment: { ...opened, file: Object.create(file, { sync: { value: sync } }) },
      durability: 'fsync',
      maxSegmentBytes: 1_000_000,
      logger: QUIET,
    })
    const append = async (n: number): Promise<void> => store.append(JSON.stringify(record(n)))
    return {
      store,
      disk,
      append,
      payloads: (from: number, to: number) => records(from, to).map((r) => JSON.stringify(r)),
    }
  }

  const failed = expect.objectContaining({ code: 'JOURNAL_FAILED', message: expect.stringContaining('synced') })

  it('promises nothing more until a checkpoint has written everything anew', async () => {
    const directory = await temporaryDirectory()
    const { store, disk, append, payloads } = await storeOnBadDisk(directory)
    await append(1)
    disk.isBad = true
    const together = [append(2), append(3)]
    for (const one of together) await expect(one).rejects.toThrow(failed)
    expect(store.wantsCheckpoint).toBe(true)
    // The system may have forgotten that it lost something; a sync that succeeds now would prove nothing.
    disk.isBad = false
    const { syncs } = disk
    await expect(append(4)).rejects.toThrow(failed)
    expect(disk.syncs).toBe(syncs)
    await store.checkpoint(payloads(10, 11))
    expect(store.wantsCheckpoint).toBe(false)
    await append(12)
    await store.close()
    expect(await foundIn(directory)).toStrictEqual(records(10, 12))
  })

  it('fails those too who asked while the failing sync was running', async () => {
    const { store, disk, append } = await storeOnBadDisk(await temporaryDirectory())
    disk.isBad = true
    const first = append(1).catch((error: unknown) => error)
    await Promise.resolve()
    await Promise.resolve()
    const second = append(2).catch((error: unknown) => error)
    expect(await first).toStrictEqual(failed)
    expect(await second).toStrictEqual(failed)
    expect(disk.syncs).toBe(1)
    await store.close()
  })
})
