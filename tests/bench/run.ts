/**
 * `npm run bench -- <part> …`: measures, prints a table, writes tests/bench/results/<part>.json. With `--write` the
 * table in docs/performance.md is replaced too. A missed bar is shown, not thrown: a benchmark is no test.
 */
import { parseArgs } from 'node:util'
import { installPeers } from '../clients/install.js'
import { conditions, type Part, print, writeDoc, writeJson } from './report.js'

/** A part is a file of its own that exports `part`. It is loaded after its peers have been installed. */
const parts: Readonly<Record<string, () => Promise<{ readonly part: Part }>>> = {
  cancel: () => import('./cancel.js'),
  e2e: () => import('./e2e.js'),
  encode: () => import('./encode.js'),
  ledger: () => import('./ledger.js'),
  queue: () => import('./queue.js'),
  sign: () => import('./sign.js'),
  sim: () => import('./sim.js'),
  submit: () => import('./submit.js'),
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } })
const names = positionals.length === 0 ? Object.keys(parts) : positionals
const unknown = names.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) {
  console.error(`bench: no part ${JSON.stringify(unknown)}; there are ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
installPeers()
for (const name of names) {
  const module = await parts[name]?.()
  if (module === undefined) continue
  const { part } = module
  const at = conditions()
  const lines = await part.run()
  print(part, lines, at)
  console.log(`\nwritten to ${writeJson(name, part, lines, at)}`)
  if (values.write === true) writeDoc(name, part, lines, at)
}
