/**
 * The executor's hand on the journal: every step of the ledgers is written down, and an order before it leaves.
 *
 * A journal that fails stops new orders, since an order it does not know could be placed twice after a crash, and nothing
 * else: cancels and reduce-only orders pass. It is tried again until it works; what it has missed is made good by a
 * checkpoint.
 */
import { checkpointOf, type LedgerStep } from '../control/ledger-steps.js'
import type { OrderLedger } from '../control/order-ledger.js'
import type { PositionLedger } from '../control/position-ledger.js'
import type { StandDownEnd } from '../control/stand-down.js'
import { ExecutorError, isExecutorError } from '../errors.js'
import type { Market } from '../model/market.js'
import type { Journal, JournalRecord } from '../ports.js'
import type { Alarm } from './alarm.js'
import type { Parts } from './parts.js'

export type Recorder = {
  /** Opens the journal. @throws {ExecutorError} when it is taken, damaged or not to be had */
  open(): Promise<AsyncIterable<JournalRecord>>
  /** Everything of the last life has been read: from now on steps are kept. */
  begin(): void
  /** Keeps what has happened. */
  note(step: LedgerStep): void
  /**
   * Keeps what is about to happen; nothing to wait for when it is kept already.
   *
   * @throws {ExecutorError} `JOURNAL_FAILED`
   */
  ahead(step: LedgerStep): void | Promise<void>
  tick(now: number): void
  close(): Promise<void>
}

export type RecorderParts = {
  readonly parts: Pick<
    Parts,
    'account' | 'transport' | 'clock' | 'logger' | 'readiness' | 'hardStop' | 'halts' | 'nonces'
  >
  readonly journal: Journal | undefined
  /** The ledgers themselves, not those that tell this recorder of every step. */
  readonly orders: OrderLedger
  readonly positions: PositionLedger
  readonly standDown: () => StandDownEnd | undefined
  readonly markets: () => readonly Market[]
  readonly alarm: Pick<Alarm, 'setBy'>
}

const RETRY_MS = 1_000
/** A disk that hangs must not hold an order, whose price is of now. */
const MAX_WAIT_MS = 2_000

export function createRecorder(wiring: RecorderParts): Recorder {
  const { parts, journal, orders, positions, standDown, markets, alarm } = wiring
  const { account, transport, clock, logger, readiness, hardStop, halts, nonces } = parts
  let isOpen = false
  let isFailing = false
  let isCheckpointing = false
  let checkpointAt = Number.POSITIVE_INFINITY

  const dated = (step: LedgerStep): JournalRecord => ({ ...step, at: clock.now() })

  function fail(error: unknown): void {
    const detail = isExecutorError(error) ? error.message : 'the journal threw'
    if (!isFailing) logger.error('the journal cannot keep records', { detail })
    isFailing = true
    readiness.unmet('journal', detail)
    plan(RETRY_MS)
  }

  function plan(delayMs: number): void {
    checkpointAt = Math.min(checkpointAt, clock.monotonic() + delayMs)
    alarm.setBy(checkpointAt)
  }

  function append(step: LedgerStep): void | Promise<void> {
    if (journal === undefined || !isOpen) return
    const kept = journal.append(dated(step))
    if (journal.wantsCheckpoint) plan(0)
    return kept
  }

  async function checkpoint(to: Journal): Promise<void> {
    isCheckpointing = true
    const { state } = hardStop
    const kept = {
      ...{ hardStop: state, standDown: standDown(), halts: halts.all(), markets: markets() },
      highestNonce: nonces.highWaterMark,
    }
    try {
      await to.checkpoint(Array.from(checkpointOf({ orders, positions, ...kept }), dated))
      isFailing = false
      readiness.met('journal')
    } catch (error) {
      fail(error)
    }
    isCheckpointing = false
  }

  function withDeadline(kept: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new ExecutorError('JOURNAL_FAILED', 'the journal did not answer in time'))
      const cancel = clock.schedule(late, MAX_WAIT_MS)
      kept.then(resolve, reject).finally(cancel)
    })
  }

  return {
    async open() {
      if (journal === undefined) return noRecords()
      await journal.open({ network: transport.network, account })
      return journal.replay()
    },
    begin() {
      isOpen = true
      readiness.met('journal')
    },
    note(step) {
      try {
        append(step)?.catch(fail)
      } catch (error) {
        fail(error)
      }
    },
    ahead(step) {
      if (isFailing) throw new ExecutorError('JOURNAL_FAILED', 'the journal cannot keep records')
      try {
        const kept = append(step)
        if (kept === undefined) return
        return withDeadline(kept).catch((error: unknown) => {
          fail(error)
          throw failure(error)
        })
      } catch (error) {
        fail(error)
        throw failure(error)
      }
    },
    tick(now) {
      if (journal === undefined || !isOpen || now < checkpointAt) return
      if (isCheckpointing) {
        plan(RETRY_MS)
        return
      }
      checkpointAt = Number.POSITIVE_INFINITY
      void checkpoint(journal)
    },
    async close() {
      isOpen = false
      await journal?.close()
    },
  }
}

async function* noRecords(): AsyncGenerator<JournalRecord> {}

const failure = (error: unknown): ExecutorError =>
  isExecutorError(error) ? error : new ExecutorError('JOURNAL_FAILED', 'the journal threw')
