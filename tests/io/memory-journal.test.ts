import { createMemoryJournal, type JournalRecord } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { OTHER_ACCOUNT, OWNER, record, replayed } from '../helpers/journals.js'

async function opened(records?: readonly JournalRecord[]) {
  const journal = createMemoryJournal(records)
  await journal.open(OWNER)
  return journal
}

describe('a journal in memory', () => {
  it('replays what was there and what was appended, oldest first', async () => {
    const journal = await opened([record(1)])
    journal.append(record(2))
    expect(await replayed(journal)).toStrictEqual([record(1), record(2)])
  })

  it('replays what a file would: copies, and only what JSON can spell', async () => {
    const journal = await opened()
    const sizes = ['1']
    journal.append({ kind: 'test', sizes, nothing: undefined })
    sizes.push('2')
    expect(journal.records).toStrictEqual([{ kind: 'test', sizes: ['1'] }])
  })

  it('does not replay what is appended while it replays', async () => {
    const journal = await opened([record(1), record(2)])
    const seen: JournalRecord[] = []
    for await (const one of journal.replay()) {
      seen.push(one)
      journal.append({ kind: 'seen' })
    }
    expect(seen).toStrictEqual([record(1), record(2)])
  })

  it('replaces everything by a checkpoint', async () => {
    const journal = await opened([record(1), record(2)])
    journal.checkpoint([record(3)])
    journal.append(record(4))
    expect(journal.records).toStrictEqual([record(3), record(4)])
  })

  it('stays what it was when a checkpoint cannot be made', async () => {
    const journal = await opened([record(1)])
    expect(() => journal.checkpoint([record(2), { kind: 'test', n: 1n }])).toThrow(
      expect.objectContaining({ code: 'JOURNAL_FAILED' }),
    )
    expect(journal.records).toStrictEqual([record(1)])
  })

  it('hands its records to a new journal, as a killed process leaves them', async () => {
    const killed = await opened()
    killed.append(record(1))
    expect((await opened(killed.records)).records).toStrictEqual([record(1)])
  })

  it('is open for one at a time', async () => {
    const journal = await opened()
    await expect(journal.open(OWNER)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
    await journal.close()
    await expect(journal.open(OWNER)).resolves.toBeUndefined()
  })

  it('opens for its owner only, however the address is spelled', async () => {
    const journal = await opened()
    await journal.close()
    await expect(journal.open(OTHER_ACCOUNT)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
    await expect(journal.open({ ...OWNER, account: `0x${OWNER.account.slice(2).toUpperCase()}` })).resolves.toBe(
      undefined,
    )
  })

  it('refuses everything while it is not open', async () => {
    const journal = createMemoryJournal()
    const refused = expect.objectContaining({ code: 'JOURNAL_FAILED' })
    expect(() => journal.append(record(1))).toThrow(refused)
    expect(() => journal.checkpoint([])).toThrow(refused)
    await expect(journal.replay()[Symbol.asyncIterator]().next()).rejects.toThrow(refused)
    await journal.close()
  })
})
