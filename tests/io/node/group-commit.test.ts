/** One sync for everybody who waits, and never one that began too early. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../../src/io/node/group-commit.js'

/** A disk whose syncs end when the test says so. */
function createDisk() {
  const running: { end: () => void; fail: (error: Error) => void }[] = []
  let begun = 0
  const sync = (): Promise<void> => {
    begun += 1
    return new Promise((end, fail) => running.push({ end, fail }))
  }
  return {
    sync,
    running,
    get begun() {
      return begun
    },
  }
}

const turn = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

function watched(promise: Promise<void>): { state: 'waiting' | 'done' | 'failed' } {
  const seen: { state: 'waiting' | 'done' | 'failed' } = { state: 'waiting' }
  promise.then(
    () => {
      seen.state = 'done'
    },
    () => {
      seen.state = 'failed'
    },
  )
  return seen
}

describe('a group commit', () => {
  it('needs one sync for all who ask in one turn, and one more for all who ask while it runs', async () => {
    const disk = createDisk()
    const commit = createGroupCommit(disk.sync)
    const first = Array.from({ length: 1_000 }, () => watched(commit.wait()))
    await turn()
    const second = Array.from({ length: 1_000 }, () => watched(commit.wait()))
    await turn()
    expect(disk.begun).toBe(1)
    disk.running[0]?.end()
    await turn()
    expect([first, second].map((group) => new Set(group.map(({ state }) => state)))).toStrictEqual([
      new Set(['done']),
      new Set(['waiting']),
    ])
    disk.running[1]?.end()
    await turn()
    expect(new Set(second.map(({ state }) => state))).toStrictEqual(new Set(['done']))
    expect(disk.begun).toBe(2)
  })

  it('tells a failure to those who waited for that sync, and to nobody else', async () => {
    const disk = createDisk()
    const commit = createGroupCommit(disk.sync)
    const first = watched(commit.wait())
    await turn()
    const second = watched(commit.wait())
    disk.running[0]?.fail(new Error('EIO'))
    await turn()
    disk.running[1]?.end()
    await turn()
    expect([first.state, second.state]).toStrictEqual(['failed', 'done'])
  })

  it('begins nothing while it is held, and knows when the last sync has ended', async () => {
    const disk = createDisk()
    const commit = createGroupCommit(disk.sync)
    const first = watched(commit.wait())
    await turn()
    const held = watched(commit.hold())
    const second = watched(commit.wait())
    await turn()
    expect([held.state, disk.begun]).toStrictEqual(['waiting', 1])
    disk.running[0]?.end()
    await turn()
    expect([first.state, held.state, second.state, disk.begun]).toStrictEqual(['done', 'done', 'waiting', 1])
    commit.release()
    await commit.hold()
    await turn()
    expect(disk.begun).toBe(1)
    commit.release()
    const drained = watched(commit.drained())
    await turn()
    expect([disk.begun, drained.state]).toStrictEqual([2, 'waiting'])
    disk.running[1]?.end()
    await turn()
    expect([second.state, drained.state]).toStrictEqual(['done', 'done'])
  })

  it('never settles with a sync that began before it was asked, and runs one at a time', async () => {
    const step = fc.constantFrom('wait', 'end', 'fail', 'hold', 'release', 'turn')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const disk = createDisk()
        const commit = createGroupCommit(disk.sync)
        let ended = 0
        const waits: { readonly seen: { state: string }; readonly begunBefore: number }[] = []
        const check = (): void => {
          expect(disk.begun - ended).toBeLessThanOrEqual(1)
          for (const { seen, begunBefore } of waits) {
            if (seen.state !== 'waiting') expect(ended).toBeGreaterThan(begunBefore)
          }
        }
        for (const one of [...steps, 'release', ...Array.from({ length: 4 }, () => 'end')]) {
          if (one === 'wait') waits.push({ seen: watched(commit.wait()), begunBefore: disk.begun })
          if (one === 'hold') void commit.hold()
          if (one === 'release') commit.release()
          if (one === 'turn' || one === 'end' || one === 'fail') await turn()
          const running = one === 'end' || one === 'fail' ? disk.running[ended] : undefined
          if (running !== undefined) {
            ended += 1
            if (one === 'end') running.end()
            else running.fail(new Error('EIO'))
            await turn()
          }
          check()
        }
        for (const { seen } of waits) expect(seen.state).not.toBe('waiting')
      }),
    )
  })
})
