import { describe, expect, it } from 'vitest'
import { findViolations, readSources } from './architecture.js'

/** What the checker says about a file that stands where no real one does, or in place of one. */
const planted = (path: string, text: string): readonly string[] => findViolations(new Map([[path, text]]))

/** The first look reads the declarations of the language, the web and Node. */
const FIRST_LOOK_MS = 60_000

describe('the layout of src/', () => {
  it('holds: imports run inwards, and the pure rooms take nothing from the world', { timeout: FIRST_LOOK_MS }, () => {
    const sources = readSources()
    expect(sources.size).toBeGreaterThan(50)
    expect(findViolations(sources)).toStrictEqual([])
  })
})

describe('the checker of the layout', () => {
  it.each([
    ['model/planted.ts', "import { x } from '../control/x.js'", 'imports control/x.ts'],
    ['model/planted.ts', "import type { Clock } from '../ports.js'", 'imports ports.ts'],
    ['model/planted.ts', "export { keccak256 } from 'viem/utils'", 'imports viem/utils'],
    ['control/planted.ts', "import { encode } from '../wire/msgpack.js'", 'imports wire/msgpack.ts'],
    ['control/gates/planted.ts', "import type { Ask } from '../../io/ask.js'", 'imports io/ask.ts'],
    ['control/planted.ts', "export type X = import('../io/x.js').X", 'imports io/x.ts'],
    ['wire/planted.ts', "import type { Gate } from '../control/risk-gates.js'", 'imports control/risk-gates.ts'],
    ['wire/planted.ts', "import { x } from '../ports.js'", 'imports more than types from ports.ts'],
    ['wire/planted.ts', "import { pack } from 'msgpackr'", 'imports msgpackr'],
    ['pipeline/planted.ts', "const io = () => import('../io/ws-sender.js')", 'imports io/ws-sender.ts'],
    ['pipeline/planted.ts', 'const io = (name: string) => import(name)', 'imports what cannot be read'],
    ['io/planted.ts', "import { x } from '../control/x.js'", 'imports control/x.ts'],
    ['io/planted.ts', "import { readFile } from 'node:fs/promises'", 'imports node:fs/promises'],
    ['io/planted.ts', "const hash = () => import('hash-wasm')", 'imports hash-wasm'],
    ['io/planted.ts', "import bindings from 'secp256k1/bindings.js'", 'imports secp256k1/bindings.js'],
    ['io/planted.ts', "import { createExecutor } from '../create-executor.js'", 'imports create-executor.ts'],
    ['index.ts', "export { createFileJournal } from './io/node/file-journal.js'", 'imports io/node/file-journal.ts'],
    ['io/planted.ts', "import { takeLock } from './node/process-lock.js'", 'imports io/node/process-lock.ts'],
    ['create-executor.ts', "import { createFileJournal } from './node.js'", 'imports node.ts'],
    ['node.ts', "export { createExecutor } from './create-executor.js'", 'imports create-executor.ts'],
    ['pipeline/planted.ts', "import { createSimExchange } from '../testing/index.js'", 'imports testing/index.ts'],
    [
      'create-executor.ts',
      "import { createManualClock } from './testing/manual-clock.js'",
      'imports testing/manual-clock.ts',
    ],
    ['testing/planted.ts', "import { createLocalSigner } from '../io/local-signer.js'", 'imports io/local-signer.ts'],
    ['testing/planted.ts', "import { WebSocketServer } from 'ws'", 'imports ws'],
    ['index.ts', 'export const VERSION = 1', 'is not a named re-export'],
    ['index.ts', "export * from './errors.js'", 'is not a named re-export'],
  ])('sees in %s that `%s` %s', (path, text, violation) => {
    expect(planted(path, text)).toStrictEqual([`${path}:1 ${violation}`])
  })

  it.each([
    ['model', 'export const now = () => Date.now()', 'uses Date'],
    ['model', 'export const id = () => Math.random()', 'uses Math'],
    ['control', 'const { random } = Math; export const id = () => random()', 'uses Math'],
    ['control', 'export const now = () => performance.now()', 'uses performance'],
    ['control', 'export const later = (fn: () => void) => setTimeout(fn, 1)', 'uses setTimeout'],
    ['control', 'export const env = { process }', 'uses process'],
    ['wire', 'export const bytes = () => crypto.getRandomValues(new Uint8Array(1))', 'uses crypto'],
    ['wire', 'export const bytes = (text: string) => Buffer.from(text)', 'uses Buffer'],
    ['pipeline', "console.log('sent')", 'uses console'],
    ['pipeline', "export const now = () => globalThis['Date'].now()", 'uses globalThis'],
    ['io', "export const key = () => process.env['KEY']", 'uses process'],
    ['io', "export const bytes = (text: string) => Buffer.from(text, 'hex')", 'uses Buffer'],
    ['testing', 'export const now = () => Date.now()', 'uses Date'],
  ])('sees in %s that `%s` %s', (room, text, violation) => {
    expect(planted(`${room}/planted.ts`, text)).toStrictEqual([`${room}/planted.ts:1 ${violation}`])
  })

  it('takes no local name, member or type for a global', () => {
    const text = `
      import { console, type Performance } from './x.js'
      type Times = { Date: number; readonly process: Date }
      export function f(process: Times, { crypto }: { crypto: Performance }): number {
        console.log(crypto)
        return process.Date + Math.max(1, 2)
      }`
    expect(planted('model/planted.ts', text)).toStrictEqual([])
  })

  it('wants every file in a room', () => {
    expect(planted('utils/planted.ts', 'export const x = 1')).toStrictEqual(['utils/planted.ts belongs to no room'])
  })
})
