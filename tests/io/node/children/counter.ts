/** Counts in a journal for as long as it lives, and prints each number once the journal has it. */
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { createFileJournal } from '../../../../src/node.js'
import { OWNER } from '../../../helpers/journals.js'

const [directory = '', durability] = process.argv.slice(2)
const journal = createFileJournal({
  directory,
  durability: durability === 'fsync' ? 'fsync' : 'os',
  maxSegmentBytes: 10_000,
})
await journal.open(OWNER)
let n = 0
for await (const record of journal.replay()) n = Number(record['n'])
for (;;) {
  n += 1
  await journal.append({ kind: 'count', n })
  writeSync(1, `${n}\n`)
  if (journal.wantsCheckpoint) void journal.checkpoint([{ kind: 'total', n }])
  if (n % 20 === 0) await setImmediate()
}
