/** A disk that takes no more. The limit on the size of a file does here what a full disk does: part of a write fits. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Durability } from 'hip3-executor/node'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../helpers/children.js'
import { filesIn, foundIn, segment, temporaryDirectory } from '../../helpers/file-journals.js'

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
