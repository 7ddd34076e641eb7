/**
 * The directory of one owner's journal: what its files are called, and what it takes for a name to survive a power cut.
 */
import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ExecutorError } from '../../errors.js'
import type { JournalOwner } from '../../ports.js'

/** Orders and sizes are nobody else's business. */
const OWNER_ONLY_DIRECTORY = 0o700
export const OWNER_ONLY_FILE = 0o600

export const ownerDirectory = (root: string, { network, account }: JournalOwner): string =>
  join(root, `${network}-${account}`)

export const segmentPath = (directory: string, number: number): string =>
  join(directory, `segment-${String(number).padStart(8, '0')}.journal`)

export const draftPath = (path: string): string => `${path}.draft`
export const damagedPath = (path: string): string => `${path}.damaged`

export type Contents = {
  /** Numbers of the segments that are in use, lowest first. */
  readonly segments: readonly number[]
  /** The highest number that was ever given to a segment that is still there, in use or set aside. */
  readonly highest: number
  /** Checkpoints that were never finished. */
  readonly drafts: readonly string[]
}

/** @throws the errors of `node:fs` */
export async function readContents(directory: string): Promise<Contents> {
  const segments: number[] = []
  const drafts: string[] = []
  let highest = 0
  for (const name of await readdir(directory)) {
    const [, digits, suffix] = /^segment-(\d{8,15})\.journal(.*)$/.exec(name) ?? []
    if (digits === undefined) continue
    const number = Number(digits)
    highest = Math.max(highest, number)
    if (suffix === '') segments.push(number)
    if (suffix === '.draft') drafts.push(join(directory, name))
  }
  return { segments: segments.sort((a, b) => a - b), highest, drafts }
}

/** Makes the directory, and sees to it that a power cut does not take it away again. @throws the errors of `node:fs` */
export async function createDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY })
  if (first === undefined) return
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made))
}

/** Makes the names in a directory durable, as `fsync` does for what is in a file. @throws the errors of `node:fs` */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories, and keeps names by itself.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What the system said, as an error of ours. An error of ours stays what it is. */
export function journalError(doing: string, error: unknown): ExecutorError {
  if (error instanceof ExecutorError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new ExecutorError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error })
}
