/** What a journal is for: a process that is killed at any instant, again and again. */
import fc from 'fast-check'
import type { JournalRecord } from 'hip3-executor'
import { expect, it } from 'vitest'
import { program } from '../../helpers/children.js'
import { foundIn, temporaryDirectory } from '../../helpers/file-journals.js'

const KILLS = 20

/** A total, if a checkpoint was made, and then every number after it: the last of them. */
function countOf(found: readonly JournalRecord[]): number {
  const [first] = found
  const begin = first?.kind === 'total' ? Number(first['n']) : 0
  const expected = found.map(({ kind }, index) =>
    kind === 'total' ? { kind, n: begin } : { kind: 'count', n: begin + index + (first?.kind === 'total' ? 0 : 1) },
  )
  expect(found).toStrictEqual(expected)
  return Number(found.at(-1)?.['n'] ?? 0)
}

it(`has every record it said it had, and at most one more, after ${KILLS} kills`, { timeout: 60_000 }, async () => {
  const counter = await program('io/node/children/counter.ts')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ after: fc.nat(1_500), durability: fc.constantFrom('os', 'os', 'fsync') }), {
        minLength: KILLS,
        maxLength: KILLS,
      }),
      async (kills) => {
        const directory = await temporaryDirectory()
        let told = 0
        for (const { after, durability } of kills) {
          const child = counter(directory, durability)
          const until = told + 1 + (durability === 'os' ? after : Math.ceil(after / 20))
          while (told < until) told = Number(await child.heard())
          told = Number((await child.kill()).at(-1) ?? told)
          const found = countOf(await foundIn(directory))
          expect(found === told || found === told + 1, `${found} found after ${told}`).toBe(true)
          told = found
        }
      },
    ),
    { numRuns: 1, endOnFailure: true },
  )
})
