/**
 * Start, reconnect, close: when the executor is ready, and how it ends.
 *
 * Every connection begins unready. It becomes ready when the venue has confirmed the feeds and the account was compared
 * after that, on this very connection; whatever breaks in between starts over.
 */
import type { ReadinessState } from '../control/readiness.js'
import { ExecutorError, isExecutorError } from '../errors.js'
import type { AccountReport, CloseReport, Executor, StartReport, WhenReadyOptions } from '../executor.js'
import { oneOf, positiveMs } from '../model/guards.js'
import type { Market } from '../model/market.js'
import type { Subscription, TransportState } from '../ports.js'
import type { FeedSubscription } from '../wire/frames.js'
import type { AccountChecks } from './account-checks.js'
import type { Closing } from './closing.js'
import type { Dispatch } from './dispatch.js'
import type { Evidence } from './evidence.js'
import type { Fills } from './fills.js'
import type { LeverageKeeper } from './leverage.js'
import type { MarketWatch } from './market-watch.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Recovery } from './recovery.js'
import type { Synchronise } from './synchronise.js'

export type Lifecycle = Pick<Executor, 'start' | 'whenReady' | 'close'> & {
  /** A position in a market that we do not trade counts in the total, and so needs a price as well. */
  followPositions(): void
}

export type LifecycleParts = {
  readonly parts: Parts
  readonly evidence: Evidence
  readonly dispatch: Dispatch
  readonly synchronise: Synchronise
  readonly fills: Fills
  readonly reconciler: Reconciler
  readonly recovery: Recovery
  readonly closing: Closing
  readonly accountChecks: AccountChecks
  readonly marketWatch: Pick<MarketWatch, 'load'>
  readonly leverage: LeverageKeeper
}

const RETRY_MS = 1_000
/** How long a start waits for the first mark of each market; one that stays silent is denied by its gates, not here. */
const FIRST_MARKS_MS = 2_000

export function createLifecycle(wiring: LifecycleParts): Lifecycle {
  const { parts, evidence, dispatch, synchronise, fills, reconciler, recovery, closing } = wiring
  const { accountChecks, marketWatch, leverage } = wiring
  const { transport, gates, readiness, marketData, positions, clock, emitter, fault, account } = parts
  /** What is to be given up when the executor is closed. */
  const ending = new Set<() => void>()
  let markets: readonly Market[] = []
  let isStarted = false
  let isRecovered = false
  /** The attempt to start that is under way; it never rejects. */
  let attempt: Promise<unknown> = Promise.resolve()
  let closed: Promise<CloseReport> | undefined
  let begunOn: number | undefined
  /** Since when the feeds may have told something that nobody heard, monotonic ms. */
  let silentSince: number | undefined

  const stopWatching = transport.onState(onTransportState)

  function onTransportState(state: TransportState): void {
    emitter.emit('connection', state)
    if (state.status === 'open') {
      readiness.connected(state.generation)
      beginOn(state)
      dispatch.kick()
      return
    }
    if (begunOn !== undefined) silentSince = state.heardUntil ?? clock.monotonic()
    begunOn = undefined
    marketData.reset()
    readiness.lost(state.why === undefined ? state.status : `${state.status} (${state.why})`, state.carriesExits)
    reconciler.lost()
    dispatch.denyNew('NOT_SENT', 'the connection was lost')
    dispatch.kick()
  }

  /** Once per connection, as soon as its feeds are confirmed: what they tell from here on is complete. */
  function beginOn({ isSubscribed, generation, why = 'not confirmed by the venue' }: TransportState): void {
    if (markets.length === 0 || begunOn === generation) return
    if (!isSubscribed) {
      for (const condition of ['orderUpdates', 'userFills'] as const) readiness.unmet(condition, why)
      return
    }
    begunOn = generation
    tellGap(generation)
    for (const condition of ['orderUpdates', 'userFills'] as const) readiness.met(condition)
    reconciler.begin(dexesOf(markets))
  }

  function tellGap(generation: number): void {
    if (silentSince === undefined) return
    const to = clock.now()
    emitter.emit('gap', { generation, from: to - Math.round(clock.monotonic() - silentSince), to })
    silentSince = undefined
  }

  async function attemptStart(signal: AbortSignal | undefined): Promise<AccountReport> {
    if (!isRecovered) await recovery.recover()
    isRecovered = true
    fills.resume()
    await transport.connect({ signal })
    await synchronise.clock({ signal })
    const report = await accountChecks.check({ signal })
    markets = await marketWatch.load({ signal })
    readiness.met('markets')
    await leverage.apply(markets, { signal })
    await subscribeAll()
    beginOn(transport.state)
    return report
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
        if (marketData.mark(coin, clock.monotonic()) !== undefined) readiness.metIn(coin, 'prices')
      })
    }
  }

  async function subscribeAll(): Promise<void> {
    keep({ type: 'orderUpdates', user: account }, inOrder(evidence.onOrderUpdates))
    keep({ type: 'userFills', user: account }, inOrder(evidence.onUserFills))
    followMarks(markets.map(({ name }) => name))
    if (gates.needs.has('bbo')) for (const { name } of markets) keep({ type: 'bbo', coin: name }, evidence.onBestPrices)
    await Promise.all([...subscriptions.values()].map(({ confirmed }) => confirmed))
  }

  /** An answer reaches us through a promise; a feed takes the same way, so that what came first is handled first. */
  function inOrder(handle: (data: unknown) => void): (data: unknown) => void {
    return (data) => {
      Promise.resolve(data)
        .then(handle)
        .catch((error: unknown) => fault('a feed could not be handled', error))
    }
  }

  /** Tries again what a lost connection interrupted; anything else is the caller's to know. */
  async function startUntilDone(signal: AbortSignal | undefined): Promise<AccountReport> {
    for (;;) {
      try {
        return await attemptStart(signal)
      } catch (error) {
        const isTransient = isExecutorError(error) && (error.code === 'NOT_SENT' || error.code === 'NO_ANSWER')
        if (!isTransient || closed !== undefined) throw error
        await pause(RETRY_MS)
      }
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel()
        ending.delete(wake)
        resolve()
      }
      const cancel = clock.schedule(wake, ms)
      ending.add(wake)
    })
  }

  /**
   * Until this holds of what is ready, or the time is over. Looks now, and at every change from now on: nothing can come
   * between the two.
   */
  async function until(holds: (state: ReadinessState) => boolean, patience: Patience): Promise<void> {
    if (holds(readiness.state)) return
    let stop = (): void => {}
    const held = new Promise<void>((resolve) => {
      const off = readiness.onChange((state) => {
        if (holds(state)) resolve()
      })
      const cancel = patience.withinMs === undefined ? () => {} : clock.schedule(resolve, patience.withinMs)
      stop = () => {
        off()
        cancel()
      }
    })
    try {
      await bounded(held, patience)
    } finally {
      stop()
    }
  }

  /** Ends a wait when the caller's patience or the executor does. The waiting itself is harmless and may go on. */
  function bounded(work: Promise<void>, { signal, market }: Patience): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        signal?.removeEventListener('abort', onAbort)
        ending.delete(onEnd)
        settle()
      }
      const onAbort = (): void => {
        const missing = describe(readiness.state, market)
        const message = `not ready in the time given; missing: ${missing || 'nothing'}`
        finish(() => reject(new ExecutorError('ABORTED', message, { cause: signal?.reason })))
      }
      const onEnd = (): void => finish(() => reject(new ExecutorError('CLOSED', 'the executor was closed meanwhile')))
      signal?.addEventListener('abort', onAbort, { once: true })
      ending.add(onEnd)
      if (signal?.aborted) onAbort()
      work.then(
        () => finish(resolve),
        (error: unknown) => finish(() => reject(error)),
      )
    })
  }

  async function start({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<StartReport> {
    if (closed !== undefined) throw new ExecutorError('CLOSED', 'the executor is closed')
    if (isStarted) throw new ExecutorError('ALREADY_STARTED', 'the executor was started before')
    isStarted = true
    try {
      const started = startUntilDone(signal)
      attempt = started.catch(() => {})
      await bounded(
        started.then(() => {}),
        { signal },
      )
      await until(isUp, { signal })
      await until(hasPrices, { signal, withinMs: FIRST_MARKS_MS })
      return { recovered: recovery.recovered, account: await started }
    } catch (error) {
      isStarted = false
      throw error
    }
  }

  async function whenReady({ signal, action = 'new', market }: WhenReadyOptions = {}): Promise<void> {
    oneOf(action, 'action', ['cancel', 'reduceOnly', 'new'])
    if (market !== undefined && readiness.state.markets.every((one) => one.market !== market)) {
      throw new RangeError(`market: ${market} is not a market of this executor`)
    }
    if (closed !== undefined) throw new ExecutorError('CLOSED', 'the executor is closed')
    const mayGo = (state: ReadinessState): boolean =>
      action !== 'new' || market === undefined
        ? state.actions[action]
        : state.markets.some((one) => one.market === market && one.ready)
    await until(mayGo, { signal, market })
  }

  return {
    start,
    whenReady,
    followPositions: () => followMarks(positions.all().map(({ market }) => market)),
    close(options = {}) {
      const { orders = 'leave', positions: held = 'leave', timeoutMs } = options
      oneOf(orders, 'orders', ['leave', 'cancel'])
      oneOf(held, 'positions', ['leave', 'flatten'])
      if (timeoutMs !== undefined) positiveMs(timeoutMs, 'timeoutMs')
      closed ??= closing(options, stopWatching, attempt)
      for (const giveUp of [...ending]) giveUp()
      return closed
    },
  }
}

type Patience = {
  readonly signal?: AbortSignal | undefined
  readonly withinMs?: number | undefined
  /** Which one is waited for. */
  readonly market?: string | undefined
}

/** The host may well wait for the start before it gives its word, and actions that are used up do not come back by waiting. */
const isUp = ({ missing }: ReadinessState): boolean =>
  missing.every(({ condition }) => condition === 'host' || condition === 'limits')

const hasPrices = ({ markets }: ReadinessState): boolean =>
  markets.every(({ missing }) => missing.every(({ condition }) => condition !== 'prices'))

function describe({ missing, markets }: ReadinessState, market: string | undefined): string {
  const own = markets.find((one) => one.market === market)?.missing ?? []
  return [...missing, ...own].map(({ condition, detail }) => `${condition} (${detail})`).join(', ')
}

const dexesOf = (markets: readonly Market[]): readonly string[] => [...new Set(markets.map(({ dex }) => dex))]
