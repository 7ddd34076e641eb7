/**
 * Start, reconnect, close: when the executor is ready, and how it ends.
 *
 * Every connection begins unready. It becomes ready when the venue has confirmed the feeds and the account was read after
 * that, on this very connection; whatever breaks in between starts over.
 */
import { ExecutorError, isExecutorError } from '../errors.js'
import type { CloseOptions, StartReport } from '../executor.js'
import type { Market } from '../model/market.js'
import type { CancelOutcome } from '../model/outcome.js'
import type { Subscription, TransportState } from '../ports.js'
import type { FeedSubscription } from '../wire/frames.js'
import type { Alarm } from './alarm.js'
import type { Dispatch } from './dispatch.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'
import type { Recorder } from './recorder.js'
import type { Recovery } from './recovery.js'
import type { Settlement } from './settlement.js'
import type { Submit } from './submit.js'
import type { Synchronise } from './synchronise.js'

export type Lifecycle = {
  start(options?: { readonly signal?: AbortSignal | undefined }): Promise<StartReport>
  /** Reads the account again, because what we know of it is in doubt. */
  resynchronise(detail: string): void
  close(options?: CloseOptions): Promise<void>
}

export type LifecycleParts = {
  readonly parts: Parts
  readonly alarm: Alarm
  readonly evidence: Evidence
  readonly settlement: Settlement
  readonly dispatch: Dispatch
  readonly submit: Submit
  readonly synchronise: Synchronise
  readonly recorder: Recorder
  readonly recovery: Recovery
  /** Loads the markets and keeps them. @throws {ExecutorError} when one cannot be traded */
  readonly loadMarkets: (options: { readonly signal?: AbortSignal | undefined }) => Promise<readonly Market[]>
  readonly cancelAll: () => Promise<readonly CancelOutcome[]>
}

const RETRY_MS = 1_000
/** How long a start waits for the first mark of each market; one that stays silent is denied by its gates, not here. */
const FIRST_MARKS_MS = 2_000
const DEFAULT_CLOSE_MS = 5_000

export function createLifecycle(wiring: LifecycleParts): Lifecycle {
  const { parts, alarm, evidence, settlement, dispatch, submit, synchronise, loadMarkets, cancelAll } = wiring
  const { recorder, recovery } = wiring
  const { transport, readiness, marketData, positions, clock, emitter, logger, account } = parts
  let markets: readonly Market[] = []
  let isStarted = false
  let isRecovered = false
  let closing: Promise<void> | undefined
  let wanted: { readonly generation: number } | undefined
  let isReading = false
  let onMark = (): void => {}

  const stopWatching = transport.onState(onTransportState)

  function onTransportState(state: TransportState): void {
    emitter.emit('connection', state)
    if (state.status === 'open') {
      readiness.met('connection')
      if (state.isSubscribed && markets.length > 0 && wanted?.generation !== state.generation) read(state.generation)
      dispatch.kick()
      return
    }
    wanted = undefined
    marketData.reset()
    readiness.unmet('connection', state.status)
    for (const condition of ['orderUpdates', 'userFills', 'account'] as const)
      readiness.unmet(condition, 'not connected')
    dispatch.denyNew('NOT_SENT', 'the connection was lost')
  }

  function read(generation: number): void {
    wanted = { generation }
    if (!isReading) void readAccount()
  }

  /** Until one reading of the account succeeds on the connection it began on. */
  async function readAccount(): Promise<void> {
    isReading = true
    while (wanted !== undefined && closing === undefined) {
      const attempt = wanted
      try {
        await synchronise.clock()
        await synchronise.account(dexesOf(markets))
        if (wanted !== attempt) continue
        // A position in a market that we do not trade counts in the total, and so needs a price as well.
        followMarks(positions.all().map(({ market }) => market))
        for (const condition of ['orderUpdates', 'userFills', 'account'] as const) readiness.met(condition)
        break
      } catch (error) {
        const detail = isExecutorError(error) ? error.message : String(error)
        logger.warn('the account could not be read', { detail })
        readiness.unmet('account', detail)
        await pause(RETRY_MS, { background: true })
      }
    }
    isReading = false
  }

  function pause(ms: number, options?: { readonly background: boolean }): Promise<void> {
    return new Promise((resolve) => {
      clock.schedule(resolve, ms, options)
    })
  }

  async function attemptStart(signal: AbortSignal | undefined): Promise<void> {
    if (!isRecovered) await recovery.recover()
    isRecovered = true
    await transport.connect({ signal })
    await synchronise.clock({ signal })
    markets = await loadMarkets({ signal })
    readiness.met('markets')
    await subscribeAll()
    const { generation } = transport.state
    if (wanted?.generation !== generation) read(generation)
  }

  /** Subscribed once; the transport keeps them alive across connections. */
  const subscriptions = new Map<string, Subscription>()

  function keep(feed: FeedSubscription, handle: (data: unknown) => void): void {
    const key = `${feed.type} ${feed['coin'] ?? ''}`
    if (!subscriptions.has(key)) subscriptions.set(key, transport.subscribe(feed, handle))
  }

  function followMarks(names: readonly string[]): void {
    for (const coin of names) {
      keep({ type: 'activeAssetCtx', coin }, (data) => {
        evidence.onAssetContext(data)
        onMark()
      })
    }
  }

  async function subscribeAll(): Promise<void> {
    keep({ type: 'orderUpdates', user: account }, inOrder(evidence.onOrderUpdates))
    keep({ type: 'userFills', user: account }, inOrder(evidence.onUserFills))
    followMarks(markets.map(({ name }) => name))
    await Promise.all([...subscriptions.values()].map(({ confirmed }) => confirmed))
  }

  /** An answer reaches us through a promise; a feed takes the same way, so that what came first is handled first. */
  function inOrder(handle: (data: unknown) => void): (data: unknown) => void {
    return (data) => {
      Promise.resolve(data)
        .then(handle)
        .catch((error: unknown) => logger.error('a feed could not be handled', { error }))
    }
  }

  /** Tries again what a lost connection interrupted; anything else is the caller's to know. */
  async function startUntilDone(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      try {
        await attemptStart(signal)
        return
      } catch (error) {
        const isTransient = isExecutorError(error) && (error.code === 'NOT_SENT' || error.code === 'NO_ANSWER')
        if (!isTransient || closing !== undefined) throw error
        await pause(RETRY_MS)
      }
    }
  }

  function untilReady(): Promise<void> {
    if (readiness.state.ready) return Promise.resolve()
    return new Promise((resolve) => {
      const off = readiness.onChange(({ ready }) => {
        if (!ready) return
        off()
        resolve()
      })
    })
  }

  function untilMarked(): Promise<void> {
    const isMarked = (): boolean => markets.every(({ name }) => marketData.mark(name, clock.monotonic()) !== undefined)
    if (isMarked()) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = clock.schedule(resolve, FIRST_MARKS_MS)
      onMark = () => {
        if (!isMarked()) return
        onMark = () => {}
        cancel()
        resolve()
      }
    })
  }

  /** Ends a wait when the caller's patience or the executor does. The waiting itself is harmless and may go on. */
  function bounded(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return work
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const missing = readiness.state.missing.map(({ condition, detail }) => `${condition} (${detail})`).join(', ')
        reject(
          new ExecutorError('ABORTED', `not ready in the time given; missing: ${missing || 'nothing'}`, {
            cause: signal.reason,
          }),
        )
      }
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  async function closeDown({ orders = 'leave', timeoutMs = DEFAULT_CLOSE_MS }: CloseOptions): Promise<void> {
    submit.close()
    dispatch.denyNew('CLOSED', 'the executor was closed')
    const answered = orders === 'cancel' ? cancelAll().then(dispatch.idle) : dispatch.idle()
    await withinMs(answered, timeoutMs)
    dispatch.close()
    alarm.stop()
    stopWatching()
    settlement.close()
    await transport.close()
    await recorder.close()
    readiness.unmet('connection', 'closed')
    emitter.close()
  }

  function withinMs(work: Promise<void>, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.schedule(resolve, ms)
      work.finally(() => {
        cancel()
        resolve()
      })
    })
  }

  return {
    async start({ signal } = {}) {
      if (closing !== undefined) throw new ExecutorError('CLOSED', 'the executor is closed')
      if (isStarted) throw new ExecutorError('ALREADY_STARTED', 'the executor was started before')
      isStarted = true
      try {
        await bounded(startUntilDone(signal).then(untilReady).then(untilMarked), signal)
        return { recovered: recovery.recovered }
      } catch (error) {
        isStarted = false
        throw error
      }
    },
    resynchronise(detail) {
      readiness.unmet('account', detail)
      if (transport.state.status === 'open') read(transport.state.generation)
    },
    close(options = {}) {
      closing ??= closeDown(options)
      return closing
    },
  }
}

const dexesOf = (markets: readonly Market[]): readonly string[] => [...new Set(markets.map(({ dex }) => dex))]
