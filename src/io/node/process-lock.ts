/**
 * A lock file that says who holds it, and that passes from a dead process to exactly one living one.
 *
 * The file appears under its name in one step with its content (a hard link to a finished draft), so nobody ever reads
 * half of one. To take it over, a process first takes the *claim* on it: a second lock, named after the one to be
 * replaced. Who has the claim looks once more whether that lock is still there, and only then renames the claim over it.
 * A lock that changed hands in between is therefore never replaced by somebody who saw its predecessor. A claim whose
 * owner died is taken over by the same rule.
 */
import { randomBytes } from 'node:crypto'
import { link, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ExecutorError } from '../../errors.js'
import { isObject } from '../../wire/json.js'
import { OWNER_ONLY_FILE } from './journal-directory.js'
import { isDead, type ProcessIdentity, thisProcess } from './process-identity.js'

export type ProcessLock = { release(): Promise<void> }

type Holder = ProcessIdentity & {
  /** When it took the lock. For people. */
  readonly since: string
  /** Never used twice, so that a lock is not taken for another one of the same process. */
  readonly token: string
}

/**
 * @throws {ExecutorError} `JOURNAL_LOCKED` when a living process has it, or one of which that cannot be told
 * @throws the errors of `node:fs`
 */
export async function takeLock(path: string): Promise<ProcessLock> {
  const token = randomBytes(8).toString('hex')
  const holder: Holder = { ...thisProcess(), since: new Date().toISOString(), token }
  const draft = `${path}.draft.${token}`
  await writeDurably(draft, `${JSON.stringify(holder)}\n`)
  try {
    await take(path, draft)
  } finally {
    await rm(draft, { force: true })
  }
  await sweep(path).catch(() => {})
  return {
    async release() {
      if ((await readHolder(path))?.token === token) await rm(path, { force: true })
    },
  }
}

async function take(path: string, draft: string): Promise<void> {
  while (!(await isLinked(draft, path))) {
    const holder = await readHolder(path)
    // It has been released since.
    if (holder === undefined) continue
    if (!isDead(holder)) throw locked(path, holder)
    const claim = `${path}.${holder.token}`
    await take(claim, draft)
    if ((await readHolder(path))?.token === holder.token) return rename(claim, path)
    await rm(claim, { force: true })
  }
}

/**
 * What starters have left that were killed while they tried. The lock is ours, so nobody can still succeed with these; what
 * cannot be removed does no harm.
 */
async function sweep(path: string): Promise<void> {
  const prefix = `${basename(path)}.`
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix)) continue
    const left = join(dirname(path), name)
    const holder = await readHolder(left).catch(() => undefined)
    if (holder !== undefined && isDead(holder)) await rm(left, { force: true })
  }
}

async function isLinked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** `undefined` when there is no such lock. @throws {ExecutorError} `JOURNAL_LOCKED` when it does not say whose it is */
async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : parseHolder(path, text)
}

function parseHolder(path: string, text: string): Holder {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) {
      const { pid, host, started, since, token } = value
      const isComplete = typeof pid === 'number' && typeof host === 'string' && typeof token === 'string'
      if (isComplete && /^[0-9a-f]+$/.test(token) && (started === undefined || typeof started === 'string')) {
        return { pid, host, started, since: String(since), token }
      }
    }
  } catch {
    // Told below.
  }
  throw new ExecutorError(
    'JOURNAL_LOCKED',
    `${path} does not say which process holds the journal. If none does, remove that file`,
  )
}

function locked(path: string, { pid, host, since }: Holder): ExecutorError {
  const who = `the journal is held by process ${pid} on host ${host} since ${since}`
  const advice =
    host === thisProcess().host
      ? 'One signer trades in one process: stop that one first'
      : `Whether it lives cannot be seen from this host, ${thisProcess().host}. If it has ended, remove ${path}`
  return new ExecutorError('JOURNAL_LOCKED', `${who}. ${advice}`)
}

/** On the disk before it is the lock: after a power cut an empty lock would keep everybody out. */
async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', OWNER_ONLY_FILE)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
