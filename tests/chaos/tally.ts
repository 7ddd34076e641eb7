/** Counts what happened in a run. */
import type { RecordedFault, RecordedFill, RecordedOrder } from 'hip3-executor/testing'
import type { Book } from './book.js'
import type { Life } from './life.js'

export type Counts = ReadonlyMap<string, number>

export type Tally = {
  /** Submissions accepted, the same intent counted once. */
  readonly orders: number
  /** Orders that the exchange has seen. */
  readonly onExchange: number
  readonly fills: number
  readonly lives: number
  readonly faults: Counts
  readonly denials: Counts
  readonly outcomes: Counts
  /** What ended the doubt about orders that had become unknown. */
  readonly resolved: Counts
  /** Alarms of the executor itself: conflicts, mismatches, malformed messages. */
  readonly alarms: Counts
  watch(life: Life): void
  close(
    book: Book,
    record: {
      readonly orders: readonly RecordedOrder[]
      readonly fills: readonly RecordedFill[]
      readonly faults: readonly RecordedFault[]
    },
  ): void
}

export function createTally(): Tally {
  const faults = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const resolved = new Map<string, number>()
  const alarms = new Map<string, number>()
  let denials: Counts = new Map()
  let orders = 0
  let onExchange = 0
  let fills = 0
  let lives = 0
  return {
    get orders() {
      return orders
    },
    get onExchange() {
      return onExchange
    },
    get fills() {
      return fills
    },
    get lives() {
      return lives
    },
    get denials() {
      return denials
    },
    faults,
    outcomes,
    resolved,
    alarms,
    watch(life) {
      lives += 1
      const doubtful = new Set<string>()
      let ended: string | undefined
      life.executor.on('order', ({ clientOrderId, status }) => {
        if (status === 'unknown') doubtful.add(clientOrderId)
        else if (doubtful.delete(clientOrderId)) {
          count(resolved, SPOKEN)
          ended = clientOrderId
        }
      })
      // The step that ended a doubt is told right after what it led to.
      life.executor.on('resolution', ({ clientOrderId, step, finding }) => {
        if (clientOrderId !== ended || (step === 'lookup' && finding === 'absent')) return
        count(resolved, SPOKEN, -1)
        count(resolved, `${step} ${finding}`)
        ended = undefined
      })
      for (const alarm of ['conflict', 'mismatch', 'malformed'] as const)
        life.executor.on(alarm, () => count(alarms, alarm))
    },
    close(book, record) {
      orders = book.entries.size
      denials = book.denials
      onExchange = record.orders.length
      fills = record.fills.length
      for (const { fault } of record.faults) count(faults, fault)
      for (const { outcomes: told } of book.entries.values()) count(outcomes, told.at(-1)?.status ?? 'none')
    },
  }
}

/** The venue has spoken by itself, late. */
const SPOKEN = 'answer or feed'

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}
