/** Keys in files and in the environment: read when nobody else can, refused by name otherwise, and never told. */
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createEnvSigner, createKeyFileSigner } from 'hip3-executor/node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FileFacts, objectionTo } from '../../../src/io/node/key-signers.js'
import { temporaryDirectory } from '../../helpers/file-journals.js'
import { TEST_ADDRESS, TEST_KEY } from '../../helpers/fixtures.js'

const OTHER_ADDRESS = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const BARE = TEST_KEY.slice(2)

async function keyFile(text: string, mode = 0o600): Promise<string> {
  const path = join(await temporaryDirectory(), 'agent.key')
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

function refusalOf(make: () => unknown): unknown {
  try {
    make()
  } catch (error) {
    return error
  }
  return expect.unreachable()
}

function expectRefused(make: () => unknown, ...words: readonly string[]): void {
  const error = refusalOf(make)
  expect(error).toMatchObject({ code: 'KEY_UNAVAILABLE' })
  for (const word of words) expect(String(error)).toContain(word)
  expect(inspect(error, { depth: 20, showHidden: true }).toLowerCase()).not.toContain(BARE.slice(0, 12))
}

describe('a key in a file', () => {
  it.each<[string, string, number]>([
    ['that ends with a line break', `${TEST_KEY}\n`, 0o600],
    ['without 0x', BARE, 0o600],
    ['that its owner can only read', TEST_KEY, 0o400],
  ])('signs %s', async (_, text, mode) => {
    expect(createKeyFileSigner(await keyFile(text, mode)).address).toBe(TEST_ADDRESS)
  })

  it.each([0o640, 0o604, 0o620, 0o602, 0o644, 0o777, 0o610])('is refused with mode %o', async (mode) => {
    const path = await keyFile(TEST_KEY, mode)
    expectRefused(() => createKeyFileSigner(path), path, mode.toString(8), 'chmod 600')
  })

  it('is found behind a link, and judged by what is there', async () => {
    const path = await keyFile(TEST_KEY)
    const link = `${path}.link`
    await symlink(path, link)
    expect(createKeyFileSigner(link).address).toBe(TEST_ADDRESS)
    await chmod(path, 0o644)
    expectRefused(() => createKeyFileSigner(link), link, '0644')
  })

  it.each<[string, (path: string) => Promise<unknown>, string]>([
    ['is not there', async () => {}, 'ENOENT'],
    ['is a directory', (path) => mkdir(path), 'not a file'],
    ['is empty', (path) => writeFile(path, '', { mode: 0o600 }), '64 hex digits'],
    ['holds half a key', (path) => writeFile(path, TEST_KEY.slice(0, 40), { mode: 0o600 }), '64 hex digits'],
    ['holds zero', (path) => writeFile(path, '0'.repeat(64), { mode: 0o600 }), '64 hex digits'],
    ['holds two keys', (path) => writeFile(path, `${TEST_KEY}\n${TEST_KEY}`, { mode: 0o600 }), 'not a file with a key'],
    [
      'is huge',
      (path) => writeFile(path, '', { mode: 0o600 }).then(() => truncate(path, 1e9)),
      'not a file with a key',
    ],
  ])('is refused when it %s', async (_, make, words) => {
    const path = join(await temporaryDirectory(), 'agent.key')
    await make(path)
    expectRefused(() => createKeyFileSigner(path), path, words)
  })

  it('of another address than the one expected is refused', async () => {
    const path = await keyFile(TEST_KEY)
    const error = refusalOf(() => createKeyFileSigner(path, { expectedAddress: OTHER_ADDRESS }))
    expect(error).toMatchObject({ code: 'SIGN_FAILED' })
    expect(createKeyFileSigner(path, { expectedAddress: TEST_ADDRESS }).address).toBe(TEST_ADDRESS)
  })

  it('is in nothing that the signer shows', async () => {
    const signer = createKeyFileSigner(await keyFile(TEST_KEY))
    const shown = inspect(signer, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(signer)
    expect(shown.toLowerCase()).not.toContain(BARE.slice(0, 12))
  })
})

describe('who may own the file', () => {
  const file = (uid: number, mode: number): FileFacts => ({ uid, mode: 0o100000 | mode, size: 66 })
  it.each<[string, FileFacts, number | undefined, string | undefined]>([
    ['we', file(1_000, 0o600), 1_000, undefined],
    ['root', file(0, 0o400), 1_000, undefined],
    ['anybody, where files have no owners', file(0, 0o666), undefined, undefined],
    ['nobody else', file(1_001, 0o600), 1_000, 'belongs to another user'],
    ['nobody else, not even for root', file(1_001, 0o600), 0, 'belongs to another user'],
  ])('%s', (_, facts, user, objection) => expect(objectionTo(facts, user)).toBe(objection))
})

describe('a key in the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('signs', () => {
    vi.stubEnv('HL_AGENT_KEY', TEST_KEY)
    expect(createEnvSigner('HL_AGENT_KEY', { expectedAddress: TEST_ADDRESS }).address).toBe(TEST_ADDRESS)
  })

  it.each<[string, string | undefined, string]>([
    ['is not set', undefined, 'HL_AGENT_KEY is not set'],
    ['is empty', '', 'HL_AGENT_KEY is not set'],
    ['is something else', `${TEST_KEY}00`, 'HL_AGENT_KEY does not hold'],
  ])('is refused by its name when the variable %s', (_, value, words) => {
    vi.stubEnv('HL_AGENT_KEY', value)
    expectRefused(() => createEnvSigner('HL_AGENT_KEY'), words)
  })
})
