/** Opens and closes journals as it is told on stdin, and says what came of it. */
import { createInterface } from 'node:readline'
import { createFileJournal, type FileJournal } from '../../../../src/node.js'
import { OWNER } from '../../../helpers/journals.js'

let journal: FileJournal | undefined

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, directory = ''] = line.split(' ')
  if (command === 'close') {
    await journal?.close()
    console.log('closed')
    continue
  }
  journal = createFileJournal({ directory })
  await journal.open(OWNER).then(
    () => console.log('held'),
    ({ code, message }: { code: string; message: string }) => console.log(JSON.stringify({ code, message })),
  )
}
