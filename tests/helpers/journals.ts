/** An owner, numbered records, and all a journal has to tell. */
import type { Journal, JournalOwner, JournalRecord } from 'hip3-executor'

export const OWNER: JournalOwner = {
  network: 'testnet',
  account: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
}

export const OTHER_ACCOUNT: JournalOwner = { ...OWNER, account: '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc' }

export const record = (n: number): JournalRecord => ({ kind: 'test', n })

/** The records from one number to another, both included. */
export const records = (from: number, to: number): readonly JournalRecord[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => record(from + index))

export async function replayed(journal: Journal): Promise<readonly JournalRecord[]> {
  const found: JournalRecord[] = []
  for await (const one of journal.replay()) found.push(one)
  return found
}
