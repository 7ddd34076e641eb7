/**
 * Appends to a journal until it may not grow any more, and tells how each step went. Meant for a process whose files are
 * limited in size (`ulimit -f`): a disk that is full for this file, and has room for a new one.
 */
import { createFileJournal } from '../../../../src/node.js'
import { OWNER } from '../../../helpers/journals.js'

const [directory = '', durability] = process.argv.slice(2)
const journal = createFileJournal({ directory, durability: durability === 'fsync' ? 'fsync' : 'os' })
const kept: unknown[] = []
const wantsCheckpoint: boolean[] = []

type Failure = { readonly code: string; readonly message: string }

async function attempt(step: () => void | Promise<void>): Promise<Failure | undefined> {
  try {
    await step()
    return undefined
  } catch (error) {
    const { code, message } = error as Failure
    return { code, message }
  } finally {
    wantsCheckpoint.push(journal.wantsCheckpoint)
  }
}

const append = (n: number, padding: number): Promise<Failure | undefined> =>
  attempt(async () => {
    await journal.append({ kind: 'test', n, padding: 'x'.repeat(padding) })
    kept.push(n)
  })

async function replayed(): Promise<readonly unknown[]> {
  const found = []
  for await (const record of journal.replay()) found.push(record['n'])
  return found
}

await journal.open(OWNER)
let n = 0
let full: Failure | undefined
while (full === undefined) full = await append(++n, 310)
wantsCheckpoint.splice(0, wantsCheckpoint.length - 2)
// What is small enough still fits.
const small = await append(++n, 0)
const large = Array.from({ length: 1_000 }, (_, index) => ({ kind: 'test', n: index, padding: 'x'.repeat(310) }))
const tooLarge = await attempt(() => journal.checkpoint(large))
const before = { kept: [...kept], replayed: await replayed() }
const checkpoint = await attempt(() => journal.checkpoint([{ kind: 'test', n: 0 }]))
const after = await append(++n, 310)
await journal.close()
console.log(JSON.stringify({ full, small, tooLarge, checkpoint, after, wantsCheckpoint, before, last: n }))
