/** A journal on a disk that may be slow or full, and in a process that may die on either side of every write. */
import { type Clock, ExecutorError, type Journal, type JournalRecord } from 'hip3-executor'
import type { Dice } from './dice.js'

/** How the disk behaves; changed while it is in use. */
export type Disk = { mode: 'fast' | 'slow' | 'full' }

export type ChaosJournal = Journal & {
  /** What is still on its way to the disk is lost, and the file is nobody's. */
  die(): void
}

type Options = {
  /** What is on the disk, which outlives the process. */
  readonly file: Journal
  readonly disk: Disk
  readonly dice: Dice
  readonly clock: Pick<Clock, 'schedule'>
  /** Told on both sides of every write; the process may be dead when it returns. */
  readonly passing: (point: 'beforeAppend' | 'afterAppend') => void
}

const RECORDS_PER_CHECKPOINT = 3_000
const SLOW_MS = 400

export function createChaosJournal({ file, disk, dice, clock, passing }: Options): ChaosJournal {
  /** On their way to a slow disk, oldest first. */
  let pending: JournalRecord[] = []
  let appended = 0
  let isDead = false

  function assertWritable(): void {
    if (isDead) throw new ExecutorError('JOURNAL_FAILED', 'the process is dead')
    if (disk.mode === 'full') throw new ExecutorError('JOURNAL_FAILED', 'no space left on device')
  }

  /** What was handed over earlier is kept earlier. */
  function keepUntil(last: JournalRecord): void {
    const index = pending.indexOf(last)
    for (const record of pending.splice(0, index + 1)) file.append(record)
  }

  return {
    open: file.open,
    replay: file.replay,
    append(record) {
      passing('beforeAppend')
      assertWritable()
      appended += 1
      if (disk.mode === 'fast' && pending.length === 0) {
        file.append(record)
        passing('afterAppend')
        return
      }
      const copy = JSON.parse(JSON.stringify(record)) as JournalRecord
      pending.push(copy)
      return new Promise((resolve) => {
        clock.schedule(
          () => {
            keepUntil(copy)
            passing('afterAppend')
            resolve()
          },
          dice.integer(0, SLOW_MS),
        )
      })
    },
    get wantsCheckpoint() {
      return appended > RECORDS_PER_CHECKPOINT
    },
    checkpoint(checkpointed) {
      assertWritable()
      file.checkpoint(checkpointed)
      pending = []
      appended = 0
    },
    async close() {
      for (const record of pending.splice(0)) file.append(record)
      await file.close()
    },
    die() {
      isDead = true
      pending = []
      void file.close()
    },
  }
}
