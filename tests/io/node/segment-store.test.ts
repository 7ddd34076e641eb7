/** A store on a disk whose syncs fail or take their time. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openNewestSegment } from '../../../src/io/node/open-segment.js'
import { createSegmentStore } from '../../../src/io/node/segment-store.js'
import { foundIn, homeIn, newestIn, openedIn, segment, temporaryDirectory } from '../../helpers/file-journals.js'
import { QUIET } from '../../helpers/harness.js'
import { OWNER, record, records } from '../../helpers/journals.js'

/** A real journal whose first file is synced by the test's rules. */
async function storeOnOddDisk(directory: string) {
  await (await openedIn(directory)).close()
  const home = homeIn(directory)
  const opened = await openNewestSegment({ directory: home, owner: OWNER, salvage: false, logger: QUIET })
  const disk = { isBad: false, isClosed: false, syncs: 0, ready: Promise.resolve() }
  const { file } = opened
  const sync = async (): Promise<void> => {
    disk.syncs += 1
    await disk.ready
    if (disk.isClosed) throw new Error('EBADF: bad file descriptor, fdatasync')
    if (disk.isBad) throw new Error('EIO: i/o error, fdatasync')
    await file.sync()
  }
  const close = (): void => {
    disk.isClosed = true
    file.close()
  }
  const store = createSegmentStore({
    directory: home,
    owner: OWNER,
    segment: { ...opened, file: Object.create(file, { sync: { value: sync }, close: { value: close } }) },
    durability: 'fsync',
    maxSegmentBytes: 1_000_000,
    logger: QUIET,
  })
  const append = async (n: number): Promise<void> => store.append(JSON.stringify(record(n)))
  const checkpoint = (from: number, to: number): Promise<void> =>
    store.checkpoint(records(from, to).map((one) => JSON.stringify(one)))
  return { store, disk, append, checkpoint }
}

describe('a disk that takes a write and then fails to sync it', () => {
  const failed = expect.objectContaining({ code: 'JOURNAL_FAILED', message: expect.stringContaining('synced') })

  it('promises nothing more until a checkpoint has written everything anew', async () => {
    const directory = await temporaryDirectory()
    const { store, disk, append, checkpoint } = await storeOnOddDisk(directory)
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
    await checkpoint(10, 11)
    expect(store.wantsCheckpoint).toBe(false)
    await append(12)
    await store.close()
    expect(await foundIn(directory)).toStrictEqual(records(10, 12))
  })

  it('fails those too who asked while the failing sync was running', async () => {
    const { store, disk, append } = await storeOnOddDisk(await temporaryDirectory())
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

describe('a checkpoint on a disk that takes its time', () => {
  it('lets a record count as kept once it is on the disk in the file that a restart would read', async () => {
    const directory = await temporaryDirectory()
    const { store, disk, append, checkpoint } = await storeOnOddDisk(directory)
    const made = checkpoint(1, 2)
    await append(3)
    expect(disk.syncs).toBe(0)
    const { path, bytes } = await newestIn(directory)
    expect(path.endsWith(segment(2))).toBe(true)
    expect(bytes.toString('utf8')).toContain('"n":3}')
    await made
    await store.close()
  })

  it('closes the old file when its last sync has ended, and not before', async () => {
    const directory = await temporaryDirectory()
    const { store, disk, append, checkpoint } = await storeOnOddDisk(directory)
    let finish = (): void => {}
    disk.ready = new Promise((resolve) => {
      finish = resolve
    })
    const before = append(1)
    while (disk.syncs === 0) await Promise.resolve()
    const made = checkpoint(2, 2)
    const during = append(3)
    // By the time this is on the disk for us, it is for the checkpoint.
    const draft = await open(`${join(homeIn(directory), segment(2))}.draft`, 'r')
    for (let i = 0; i < 5; i++) await draft.sync()
    await draft.close()
    expect(disk.isClosed).toBe(false)
    finish()
    await Promise.all([before, made, during])
    expect(disk.syncs).toBe(1)
    await store.close()
    expect(await foundIn(directory)).toStrictEqual(records(2, 3))
  })
})
