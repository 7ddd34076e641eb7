/**
 * One set of books with the venue: on every new connection, whenever something is in doubt, and every so often.
 *
 * The account is read until nothing differs. On a new connection or in doubt new orders wait for that (`RECONCILING`);
 * a routine reading stops nobody unless it finds something. A position is changed only by what two readings agree on; an
 * order that the venue does not show is looked up; one that it shows and should not is cancelled. Cancels and reduce-only
 * orders pass all the while.
 */
import { createConfirmation, type Difference, type Suspicion } from '../control/reconcile.js'
import { isExecutorError } from '../errors.js'
import { dexOf } from '../model/market.js'
import type { CancelOutcome } from '../model/outcome.js'
import type { Parts } from './parts.js'
import type { Reading, Synchronise } from './synchronise.js'

export type Reconciler = {
  /** The feeds of a new connection are confirmed: the account of these dexes is to be read. */
  begin(dexes: readonly string[]): void
  /** What we know is in doubt: reads again, and new orders wait. */
  doubt(detail: string): void
  /** The connection is gone. */
  lost(): void
  /** Reads again. Resolves once nothing differs, which may be never. */
  agreed(): Promise<void>
  stop(): void
}

export type ReconcilerParts = {
  readonly parts: Pick<
    Parts,
    'clock' | 'readiness' | 'positions' | 'orders' | 'emitter' | 'logger' | 'queue' | 'market'
  >
  readonly synchronise: Synchronise
  readonly cancel: (id: NonNullable<Difference['clientOrderId']>) => Promise<CancelOutcome>
  readonly kick: () => void
  /** How often it is done without a reason; 0 is never. */
  readonly everyMs: number
  /** After each reading that agreed. */
  readonly onAgreed: () => void
}

/** Between two readings while something differs; doubles. Long enough for a lookup, short enough to trade on. */
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 10_000
/** A routine reading that fails for so long leaves us without knowledge of the account. */
const PATIENCE_MS = 60_000

export function createReconciler(wiring: ReconcilerParts): Reconciler {
  const { parts, synchronise, cancel, kick, everyMs, onAgreed } = wiring
  const { clock, readiness, positions, orders, emitter, logger, queue, market } = parts
  const confirmation = createConfirmation()
  /** What keeps new orders back, as last told. */
  let standing: ReadonlyMap<string, Suspicion> = new Map()
  let dexes: readonly string[] = []
  /** Another object on every connection; what was read on an earlier one is out of date. */
  let connection: object | undefined
  let isWanted = false
  let isRunning = false
  let isStopped = false
  let delayMs = FIRST_DELAY_MS
  let cancelRoutine = (): void => {}
  let wake = (): void => {}
  const waiting: (() => void)[] = []

  const isReady = (): boolean => readiness.state.missing.every(({ condition }) => condition !== 'account')

  function want(): void {
    isWanted = true
    if (connection === undefined || isStopped || isRunning) return
    cancelRoutine()
    void run()
  }

  async function run(): Promise<void> {
    isRunning = true
    let failingSince: number | undefined
    while (connection !== undefined && isWanted && !isStopped) {
      const begun = connection
      isWanted = false
      try {
        await synchronise.clock()
        const reading = await synchronise.read(dexes)
        failingSince = undefined
        if (connection !== begun) continue
        if (conclude(reading)) {
          delayMs = FIRST_DELAY_MS
          continue
        }
      } catch (error) {
        const detail = isExecutorError(error) ? error.message : String(error)
        logger.warn('the account could not be read', { detail })
        if (connection !== begun) continue
        failingSince ??= clock.monotonic()
        if (!isReady() || clock.monotonic() - failingSince >= PATIENCE_MS) readiness.unmet('account', detail)
      }
      isWanted = true
      await pause()
    }
    isRunning = false
    if (connection !== undefined && !isStopped && everyMs > 0) {
      cancelRoutine = clock.schedule(want, everyMs, { background: true })
    }
  }

  async function pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(resolve, delayMs, { background: true })
      wake = () => {
        cancel()
        resolve()
      }
    })
    delayMs = Math.min(MAX_DELAY_MS, delayMs * 2)
  }

  /** Takes what is proven, tells what is not. Whether nothing is left to be read again for. */
  function conclude({ suspicions, hole, positions: held }: Reading): boolean {
    const again = confirmation.review(suspicions)
    const taken = again.filter(({ kind }) => kind === 'position')
    for (const dex of new Set(taken.map((suspicion) => dexOf(suspicion.market ?? '')))) {
      const state = held.get(dex)
      if (state !== undefined) positions.load(dex, state.positions, state.time)
    }
    for (const suspicion of suspicions) if (suspicion.kind === 'unwanted') takeOff(suspicion)
    for (const suspicion of again) if (suspicion.kind === 'undead') takeOff(suspicion)

    // In a routine reading a list that is a moment older than our own news must stop nobody; a position must.
    const wasReady = isReady()
    const left = suspicions.filter((suspicion) => {
      if (suspicion.kind === 'position') return !taken.includes(suspicion)
      return !wasReady || again.includes(suspicion)
    })
    if (left.length > 0) readiness.unmet('account', left.map(describe).join('; '))
    // What came into doubt while this was read is for the next reading.
    else if (!isWanted) readiness.met('account')
    tell(left, taken, hole)
    if (suspicions.some((suspicion) => !taken.includes(suspicion))) return false
    onAgreed()
    if (!isWanted) for (const resolve of waiting.splice(0)) resolve()
    return true
  }

  function tell(left: readonly Suspicion[], taken: readonly Suspicion[], hole: Difference | undefined): void {
    const stands = new Map(left.map((suspicion) => [suspicion.key, suspicion]))
    const isNew = left.some(({ key }) => !standing.has(key))
    const ended = new Map([...standing].filter(([key]) => !stands.has(key)))
    for (const suspicion of taken) ended.set(suspicion.key, suspicion)
    standing = stands
    if (!isNew && ended.size === 0 && hole === undefined) return
    const differences = [
      ...left.map((suspicion) => ({ ...told(suspicion), isSettled: false })),
      ...[...ended.values()].map((suspicion) => ({ ...told(suspicion), isSettled: true })),
      ...(hole === undefined ? [] : [{ ...hole, isSettled: true }]),
    ]
    logger.warn('our books and the venue’s differed', { differences: differences.map(describe) })
    emitter.emit('reconciled', { differences })
  }

  /** An order that should not be there. One of ours that is over has no cancel of its own any more. */
  function takeOff({ kind, clientOrderId, orderId, market: name }: Suspicion): void {
    const record = clientOrderId === undefined ? undefined : orders.get(clientOrderId)
    if (kind === 'unwanted' && clientOrderId !== undefined) {
      // A cancel that is on its way needs no second.
      if (record !== undefined && record.status !== 'pendingCancel') void cancel(clientOrderId)
      return
    }
    const assetId = name === undefined ? undefined : market(name)?.assetId
    if (assetId === undefined || orderId === undefined) return
    queue.pushCancel({ assetId, orderId })
    kick()
  }

  return {
    begin(named) {
      dexes = named
      connection = {}
      delayMs = FIRST_DELAY_MS
      readiness.unmet('account', 'being read')
      want()
      wake()
    },
    doubt(detail) {
      readiness.unmet('account', detail)
      want()
    },
    lost() {
      connection = undefined
      confirmation.forget()
      readiness.unmet('account', 'not connected')
      cancelRoutine()
      wake()
    },
    agreed() {
      const settled = new Promise<void>((resolve) => waiting.push(resolve))
      want()
      wake()
      return settled
    },
    stop() {
      isStopped = true
      cancelRoutine()
      wake()
    },
  }
}

/** What a listener is told: the difference, without how we keep count of it. */
function told({ what, market, clientOrderId, orderId, ours, venues }: Suspicion): Difference {
  return { what, market, clientOrderId, orderId, ours, venues }
}

function describe({ what, market, orderId, ours, venues }: Difference): string {
  const name = [what, market, orderId].filter((part) => part !== undefined).join(' ')
  return `${name}: ours ${ours}, the venue's ${venues}`
}
