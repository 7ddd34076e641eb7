/** One process at a time, and nobody kept out by the dead. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { takeLock } from '../../../src/io/node/process-lock.js'
import { type Child, type Program, program } from '../../helpers/children.js'
import { homeIn, journalIn, openedIn, segment, temporaryDirectory } from '../../helpers/file-journals.js'
import { OWNER } from '../../helpers/journals.js'

let opener: Program
/** The lock file that a process has left which was killed. */
let ofTheDead: string

const lockIn = (directory: string): string => join(homeIn(directory), 'lock')

async function ready(): Promise<Child> {
  const child = opener()
  expect(await child.heard()).toBe('ready')
  return child
}

async function told(child: Child, command: string): Promise<string> {
  child.say(command)
  return child.heard()
}

beforeAll(async () => {
  opener = await program('io/node/children/opener.ts')
  const directory = await temporaryDirectory()
  const child = await ready()
  expect(await told(child, `open ${directory}`)).toBe('held')
  await child.kill()
  ofTheDead = await readFile(lockIn(directory), 'utf8')
})

/** A journal whose lock reads like this. */
async function lockedBy(text: string): Promise<string> {
  const directory = await temporaryDirectory()
  await mkdir(homeIn(directory))
  await writeFile(lockIn(directory), text)
  return directory
}

const changed = (fields: object): string => JSON.stringify({ ...JSON.parse(ofTheDead), ...fields })
const locked = (...words: readonly string[]): object =>
  expect.objectContaining({ code: 'JOURNAL_LOCKED', message: expect.stringMatching(words.join('.*')) })

describe('the lock of a journal', () => {
  it('keeps a second process out, and names the first', async () => {
    const directory = await temporaryDirectory()
    const child = await ready()
    expect(await told(child, `open ${directory}`)).toBe('held')
    await expect(openedIn(directory)).rejects.toThrow(locked(`process ${child.process.pid}`, hostname()))
    expect(await told(child, 'close')).toBe('closed')
    await (await openedIn(directory)).close()
    await child.kill()
  })

  it('keeps out a second journal in the same process', async () => {
    const directory = await temporaryDirectory()
    const journal = await openedIn(directory)
    await expect(openedIn(directory)).rejects.toThrow(locked(`process ${process.pid}`))
    await journal.close()
    await (await openedIn(directory)).close()
  })

  it('is free when opening failed', async () => {
    const directory = await temporaryDirectory()
    await (await openedIn(directory)).close()
    const path = join(homeIn(directory), segment(1))
    const healthy = await readFile(path)
    await writeFile(path, 'damage\n')
    await expect(journalIn(directory).open(OWNER)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
    await writeFile(path, healthy)
    await (await openedIn(directory)).close()
  })

  it('passes on at once from a process that was killed, and leaves nothing behind', async () => {
    const directory = await lockedBy(ofTheDead)
    const journal = await openedIn(directory)
    expect(JSON.parse(await readFile(lockIn(directory), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    await journal.close()
    expect(await readdir(homeIn(directory))).not.toContain('lock')
  })

  it('passes on from a process whose id another one has now', async () => {
    const { started } = JSON.parse(ofTheDead)
    expect(started).toMatch(/^[0-9a-f-]{36}\/\d+$/)
    await (await openedIn(await lockedBy(changed({ pid: process.pid })))).close()
    await (await openedIn(await lockedBy(changed({ pid: 1 })))).close()
  })

  it('passes on from a process that has ended and that nobody has asked about', async () => {
    // Its parent becomes a program that never asks, and only then the child ends: it stays a zombie.
    const shell = spawn('bash', ['-c', '(read -r _ <&3) & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    })
    const pid = await new Promise<number>((resolve) => shell.stdout?.once('data', (text) => resolve(Number(text))))
    const becomes = async (path: string, words: string): Promise<string> => {
      for (;;) {
        const text = await readFile(path, 'latin1')
        if (text.includes(words)) return text
      }
    }
    await becomes(`/proc/${shell.pid}/comm`, 'sleep')
    const gate = shell.stdio[3] as Writable
    gate.write('end\n')
    const stat = await becomes(`/proc/${pid}/stat`, ') Z ')
    const started = `${String(JSON.parse(ofTheDead).started).split('/')[0]}/${stat.split(' ')[21]}`
    try {
      await (await openedIn(await lockedBy(changed({ pid, started })))).close()
    } finally {
      shell.kill('SIGKILL')
    }
  })

  it('stays with a living process when nothing says when that was started', async () => {
    const directory = await lockedBy(changed({ pid: process.pid, started: undefined }))
    await expect(openedIn(directory)).rejects.toThrow(locked(`process ${process.pid}`))
  })

  it('stays with a process on another host, which only a person can judge', async () => {
    const directory = await lockedBy(changed({ host: 'elsewhere' }))
    await expect(openedIn(directory)).rejects.toThrow(locked('elsewhere', 'remove', lockIn(directory)))
  })

  it.each(['', 'garbage', '{"pid":1}', '{"pid":1,"host":"x","token":"../../evil"}'])(
    'stays where it is when it reads %j, which only a person can judge',
    async (text) => {
      const directory = await lockedBy(text)
      await expect(openedIn(directory)).rejects.toThrow(locked(lockIn(directory), 'remove'))
      expect(await readFile(lockIn(directory), 'utf8')).toBe(text)
    },
  )
})

describe('starters who race for the lock', () => {
  const ROUNDS = 25

  it.each([
    ['of nobody', undefined],
    ['of a killed process', 'dead'],
  ])('get it one at a time, when it is %s', { timeout: 60_000 }, async (_whose, dead) => {
    const children = await Promise.all(Array.from({ length: 4 }, ready))
    for (let round = 0; round < ROUNDS; round++) {
      const directory = dead === undefined ? await temporaryDirectory() : await lockedBy(ofTheDead)
      const answers = await Promise.all(children.map((child) => told(child, `open ${directory}`)))
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
      expect(answers.filter((answer) => answer.includes('JOURNAL_LOCKED'))).toHaveLength(children.length - 1)
      await Promise.all(children.map((child) => told(child, 'close')))
      expect((await readdir(homeIn(directory))).filter((name) => name.startsWith('lock'))).toStrictEqual([])
    }
    await Promise.all(children.map((child) => child.kill()))
  })

  it('get it one at a time, also within one process, and after others died taking it over', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(await temporaryDirectory(), 'lock')
      const { token } = JSON.parse(ofTheDead)
      await writeFile(path, ofTheDead)
      // One died with a claim on the lock, another one with a claim on that claim, a third before it had any.
      if (round % 2 === 0) await writeFile(`${path}.${token}`, changed({ token: 'aa' }))
      if (round % 4 === 0) await writeFile(`${path}.${token}.aa`, changed({ token: 'bb' }))
      await writeFile(`${path}.draft.cc`, changed({ token: 'cc' }))
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => takeLock(path)))
      const holders = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(holders).toHaveLength(1)
      for (const one of tries) if (one.status === 'rejected') expect(one.reason).toStrictEqual(locked())
      await holders[0]?.release()
      expect(await readdir(join(path, '..'))).toStrictEqual([])
    }
  })
})
