/** Journals in directories that are gone after the test, and what is in their files. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalRecord, Logger } from 'hip3-executor'
import { createFileJournal, type FileJournal, type FileJournalOptions } from 'hip3-executor/node'
import { afterAll } from 'vitest'
import { QUIET } from './harness.js'
import { OWNER, replayed } from './journals.js'

const made: string[] = []

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hip3-journal-'))
  made.push(directory)
  return directory
}

afterAll(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true })
})

export const journalIn = (directory: string, options: Partial<FileJournalOptions> = {}): FileJournal =>
  createFileJournal({ directory, logger: QUIET, ...options })

export async function openedIn(directory: string, options?: Partial<FileJournalOptions>): Promise<FileJournal> {
  const journal = journalIn(directory, options)
  await journal.open(OWNER)
  return journal
}

/** What a process that starts in this directory finds. */
export async function foundIn(
  directory: string,
  options?: Partial<FileJournalOptions>,
): Promise<readonly JournalRecord[]> {
  const journal = await openedIn(directory, options)
  try {
    return await replayed(journal)
  } finally {
    await journal.close()
  }
}

/** Where the journal of `OWNER` lives. */
export const homeIn = (directory: string): string => join(directory, `${OWNER.network}-${OWNER.account}`)

export type Files = Readonly<Record<string, Buffer>>

/** Everything there is, by name. */
export async function filesIn(directory: string): Promise<Files> {
  const home = homeIn(directory)
  const names = (await readdir(home)).sort()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(home, name))])))
}

/** A directory with exactly these files, as a crash at some instant would leave it. */
export async function directoryWith(files: Files): Promise<string> {
  const directory = await temporaryDirectory()
  const home = homeIn(directory)
  await mkdir(home)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(home, name), bytes)
  return directory
}

export const segment = (number: number): string => `segment-${String(number).padStart(8, '0')}.journal`

/** The file the journal goes on in. */
export async function newestIn(directory: string): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const files = await filesIn(directory)
  const name =
    Object.keys(files)
      .filter((file) => file.endsWith('.journal'))
      .at(-1) ?? ''
  return { path: join(homeIn(directory), name), bytes: files[name] ?? Buffer.of() }
}

/** A logger that remembers what it was told. */
export function createMemoryLogger(): Logger & { readonly told: readonly (readonly [string, string, unknown])[] } {
  const told: [string, string, unknown][] = []
  const tell =
    (level: string) =>
    (message: string, fields?: Record<string, unknown>): void => {
      told.push([level, message, fields])
    }
  return { told, debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
}
