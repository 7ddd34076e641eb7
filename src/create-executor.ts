/**
 * The only place that knows every part: defaults in, parts wired, executor out.
 *
 * Nothing happens at construction but construction: no socket, no timer, no request before `start`.
 */
import { createAccountValues } from './control/account-values.js'
import { createActionBudget } from './control/action-budget.js'
import { type Batch, createBatchQueue } from './control/batch-queue.js'
import { createExposureView } from './control/exposure.js'
import { coreGates } from './control/gates/core.js'
import { createHardStop } from './control/hard-stop.js'
import { bookFill, type LedgerStep, recordOrders, recordPositions } from './control/ledger-steps.js'
import { createMarketData } from './control/market-data.js'
import { createMarketHalts } from './control/market-halts.js'
import { createNonceManager } from './control/nonce-manager.js'
import { createOrderLedger } from './control/order-ledger.js'
import { createPositionLedger } from './control/position-ledger.js'
import { createReadiness } from './control/readiness.js'
import { createRequestTable } from './control/request-table.js'
import { createRiskGates, type Listing } from './control/risk-gates.js'
import { createRiskMonitor } from './control/risk-monitor.js'
import type { TakeDown } from './control/stand-down.js'
import { createVenueLimits } from './control/venue-limits.js'
import { createVenueTime } from './control/venue-time.js'
import { createEmitter } from './events.js'
import type { AccountMode, Executor, ExecutorEvents, ExecutorOptions } from './executor.js'
import { createAsk } from './io/ask.js'
import { createConsoleLogger } from './io/console-logger.js'
import { listMarkets, loadMarkets } from './io/market-registry.js'
import { createNanoidIds } from './io/nanoid-ids.js'
import { createSystemClock } from './io/system-clock.js'
import { type Address, address } from './model/account.js'
import { oneOf, positiveMs, wholeNumber } from './model/guards.js'
import { createAccountChecks } from './pipeline/account-checks.js'
import { createAlarm } from './pipeline/alarm.js'
import { createAnswers } from './pipeline/answers.js'
import { createBalances } from './pipeline/balances.js'
import { createCancelUntilGone } from './pipeline/cancel-until-gone.js'
import { createCancels } from './pipeline/cancels.js'
import { createClosePosition } from './pipeline/close-position.js'
import { createClosing } from './pipeline/closing.js'
import { createDeadMansSwitch } from './pipeline/dead-mans-switch.js'
import { createDenyQueued } from './pipeline/deny-queued.js'
import { createDispatch } from './pipeline/dispatch.js'
import { createEvidence } from './pipeline/evidence.js'
import { createFills } from './pipeline/fills.js'
import { createHalting } from './pipeline/halting.js'
import { createLeverage, readLeverage } from './pipeline/leverage.js'
import { createLifecycle } from './pipeline/lifecycle.js'
import { createLimitsReader } from './pipeline/limits-reader.js'
import { createLoopWatch } from './pipeline/loop-watch.js'
import { createMarketWatch } from './pipeline/market-watch.js'
import { createMeter } from './pipeline/meter.js'
import { createModify } from './pipeline/modify.js'
import { createNonceProbe } from './pipeline/nonce-probe.js'
import { createOwnedClock } from './pipeline/owned-clock.js'
import type { Parts } from './pipeline/parts.js'
import { createPresign } from './pipeline/presign.js'
import { createProcessHold, type ProcessHold } from './pipeline/process-hold.js'
import { createReconciler } from './pipeline/reconcile.js'
import { createRecorder } from './pipeline/recorder.js'
import { createRecovery } from './pipeline/recovery.js'
import { createReplacements } from './pipeline/replacements.js'
import { createResolver } from './pipeline/resolver.js'
import { createSession, createTurnTeller } from './pipeline/session.js'
import { createSettlement } from './pipeline/settlement.js'
import { createSign } from './pipeline/sign.js'
import { createSigners } from './pipeline/signers.js'
import { createStandDown } from './pipeline/stand-down.js'
import { createSubmit } from './pipeline/submit.js'
import { createSynchronise } from './pipeline/synchronise.js'
import { createTakingDown } from './pipeline/take-down.js'
import { createTimeStop } from './pipeline/time-stop.js'
import { createUntil } from './pipeline/until.js'
import { viewOf } from './pipeline/views.js'

/**
 * Wires an executor. Call `start()` to connect it.
 *
 * @throws {TypeError | RangeError} naming the option that is missing or out of range
 */
export function createExecutor(options: ExecutorOptions): Executor {
  const clock = createOwnedClock(options.clock ?? createSystemClock())
  const logger = options.logger ?? createConsoleLogger()
  let hold: ProcessHold | undefined
  const emitter = createEmitter<ExecutorEvents>(logger, () => hold?.look())
  const { transport } = options
  const onListenerError = (error: unknown): void => logger.error('a listener threw', { error })
  const resetObstacle = (): string | undefined => standDown.resetObstacle()
  const hardStop = createHardStop({ clock, resetObstacle, onListenerError })
  const halts = createMarketHalts({ clock, onListenerError })
  const marketNames = [...new Set(required(options.markets, 'markets'))]
  if (marketNames.length === 0) throw new RangeError('markets: expected at least one name')
  const readiness = createReadiness({ markets: marketNames, onListenerError })
  const marketData = createMarketData({ maxMarkAgeMs: options.maxMarkAgeMs })
  const budget = options.budget ?? createActionBudget()
  const ledgers = { orders: createOrderLedger(), positions: createPositionLedger() }
  const note = (step: LedgerStep): void => recorder.note(step)
  const orders = options.journal === undefined ? ledgers.orders : recordOrders(ledgers.orders, note)
  const positions = options.journal === undefined ? ledgers.positions : recordPositions(ledgers.positions, note)
  const closing = new Set<string>()
  const exposure = createExposureView(orders, positions, closing)
  const venueLimits = createVenueLimits(options.venueLimits ?? {}, { orders, onListenerError })
  const maxQueueMs = positiveMs(options.maxQueueMs ?? 2_000, 'maxQueueMs')
  const replyTimeoutMs = positiveMs(options.replyTimeoutMs ?? 5_000, 'replyTimeoutMs')
  const accountValues = createAccountValues()
  const nonces = options.nonces ?? createNonceManager()
  const listing: Listing = {
    change: (market) => marketWatch.change(market),
    openInterestCap: (market) => marketWatch.openInterestCap(market),
  }
  const utcNow = (): number => nonces.serverTime(clock.now())

  const parts: Parts = {
    account: address(options.account, 'account'),
    vaultAddress: vaultOf(options),
    signers: createSigners(required(options.signer, 'signer')),
    transport: required(transport, 'transport'),
    venueLimits,
    clock,
    ids: options.ids ?? createNanoidIds(),
    logger,
    emitter,
    hardStop,
    halts,
    gates: createRiskGates(
      [...coreGates(maxQueueMs), ...required(options.gates, 'gates')],
      { hardStop, halts, readiness, exposure, marketData, budget, venueLimits, accountValues, listing, utcNow },
      createTurnTeller({ emitter, logger }),
    ),
    budget,
    nonces,
    queue: createBatchQueue(options.queue),
    requests: createRequestTable<Batch>({ timeoutMs: replyTimeoutMs }),
    orders,
    positions,
    bookFill: (fill, order) => bookFill(ledgers, fill, order, note),
    marketData,
    readiness,
    market: (name) => marketWatch.get(name),
    fault(what, error) {
      const why = error instanceof Error ? error.message : 'an exception'
      hardStop.trigger({ cause: 'fault', reason: `${what}: ${why}` })
      logger.error(what, { error })
    },
    externalOrders: oneOf(options.externalOrders ?? 'adopt', 'externalOrders', ['adopt', 'ignore', 'cancel']),
    limits: {
      expiresAfterMs: positiveMs(options.expiresAfterMs ?? 15_000, 'expiresAfterMs'),
      replyTimeoutMs,
      signTimeoutMs: positiveMs(options.signTimeoutMs ?? 2_000, 'signTimeoutMs'),
      maxQueueMs,
    },
  }
  const everyMs = options.reconcileEveryMs ?? 60_000
  if (everyMs !== 0) positiveMs(everyMs, 'reconcileEveryMs')
  const { orders: ordersTo = 'cancel', positions: positionsTo = 'flatten' } = options.onHardStop ?? {}
  const onHardStop: TakeDown = {
    orders: oneOf(ordersTo, 'onHardStop.orders', ['cancel', 'cancelOwn', 'leave']),
    positions: oneOf(positionsTo, 'onHardStop.positions', ['flatten', 'leave']),
  }
  const markets = new Set(marketNames)

  const riskMonitor = createRiskMonitor(options.riskMonitor)
  const loopWatch = createLoopWatch(parts, positiveMs(options.maxLoopLagMs ?? 1_000, 'maxLoopLagMs'))

  const alarm = createAlarm(clock, () => {
    const now = clock.monotonic()
    for (const part of [recorder, settlement, resolver, limitsReader, deadMansSwitch, dispatch]) {
      try {
        part.tick(now)
      } catch (error) {
        parts.fault('a timer could not be handled', error)
      }
    }
  })
  const post = createMeter(parts)
  const ask = createAsk({ post }, clock)
  const refreshMs = options.refreshMarketsEveryMs ?? 300_000
  const marketWatch = createMarketWatch({
    parts,
    lists: {
      load: (askOptions) => loadMarkets(ask, marketNames, askOptions),
      list: () => listMarkets(ask, marketNames),
    },
    everyMs: refreshMs === 0 ? 0 : positiveMs(refreshMs, 'refreshMarketsEveryMs'),
    maxAgeMs: wholeNumber(options.maxMarketsAgeMs ?? 900_000, 'maxMarketsAgeMs', 1, MAX_MARKETS_AGE_MS),
    denyQueued: (market, reason, message) => denyQueued(market, reason, message),
    note,
  })
  const limitsReader = createLimitsReader({ parts, venueLimits, ask, alarm })
  const recorder = createRecorder({
    parts,
    journal: options.journal,
    ...ledgers,
    standDown: () => standDown.ended,
    markets: () => marketWatch.accepted,
    alarm,
  })
  const settlement = createSettlement(
    parts,
    alarm,
    () =>
      fills.read().then(
        () => true,
        () => false,
      ),
    () => hold?.look(),
  )
  const session = createSession(parts, riskMonitor)
  const evidence = createEvidence(parts, settlement, {
    onCancelStillWanted: (id) => void submit.cancel(id),
    onUnwanted: (id) => void submit.cancel(id),
    onMismatch: (market) => reconciler.doubt(`position of ${market} differs from the venue's`),
    onNews: session.onFill,
  })
  const sign = createSign(parts)
  const usesNoops = options.resolution?.useNoop ?? true
  const presign = options.presignExits === true ? createPresign({ parts, sign, usesNoops }) : undefined
  const nonceProbe = createNonceProbe(parts, post, {
    noop: (nonce, by) => presign?.noops.get(nonce, by) ?? sign.noop(nonce, by),
  })
  const resolver = createResolver({ parts, ask, nonceProbe, evidence, alarm, options: options.resolution })
  const fills = createFills(parts, ask, evidence)
  const balances = createBalances({ parts, ask, values: accountValues, markets: () => marketWatch.accepted })
  const venueTime = createVenueTime()
  const synchronise = createSynchronise({ parts, venueTime, ask, evidence, resolver, fills, balances })
  const cancels = createCancels(parts, evidence, resolver)
  const replacements = createReplacements(evidence, resolver)
  const answers = createAnswers({ parts, evidence, cancels, replacements, resolver })
  const dispatch = createDispatch({
    ...{ parts, post, sign, evidence, cancels, replacements, answers, recorder, alarm },
    presigned: presign?.cancels,
  })
  const denyQueued = createDenyQueued(parts, dispatch)
  const submit = createSubmit({ parts, settlement, dispatch, cancels })

  const cancelAll: Executor['cancelAll'] = ({ market } = {}) => {
    const open = [...orders.open()].filter(({ request }) => market === undefined || request.market.name === market)
    return Promise.all(open.map(({ request }) => submit.cancel(request.clientOrderId)))
  }
  const until = createUntil(parts)
  const deadMansSwitch = createDeadMansSwitch({ parts, post, sign, until, alarm, options: options.deadMansSwitch })
  const reconciler = createReconciler({
    parts,
    synchronise,
    everyMs,
    cancel: submit.cancel,
    kick: dispatch.kick,
    onAgreed: () => lifecycle.followPositions(),
  })
  const cancelUntilGone = createCancelUntilGone({ parts, submit, until })
  const closePosition = createClosePosition({
    parts,
    submit,
    cancelUntilGone,
    reconciler,
    settlement,
    until,
    closing,
    onFailed: session.onCloseFailed,
  })
  const taking = createTakingDown({ parts, markets, cancelUntilGone, closePosition, reconciler, until })
  const standDown = createStandDown({
    parts,
    what: onHardStop,
    taking,
    closePosition,
    until,
    onEnd: (end) => note({ kind: 'standDown', end }),
  })
  const timeStop =
    options.timeStop === undefined
      ? undefined
      : createTimeStop({
          parts,
          options: options.timeStop,
          markets,
          closePosition,
          venueTime,
          isTakenOver: () => standDown.ended?.status === 'takenOver',
        })
  const recovery = createRecovery({ parts, ledgers, recorder, evidence, resolver, settlement, marketWatch, standDown })
  const ending = {
    submit,
    dispatch,
    settlement,
    alarm,
    reconciler,
    recorder,
    taking,
    closePosition,
    standDown,
    timeStop,
    deadMansSwitch,
  }
  const accountChecks = createAccountChecks({
    parts,
    ask,
    accountMode:
      options.accountMode === undefined ? undefined : oneOf(options.accountMode, 'accountMode', ACCOUNT_MODES),
    warningMs: positiveMs(options.agentExpiryWarningMs ?? 7 * 86_400_000, 'agentExpiryWarningMs'),
  })
  const lifecycle = createLifecycle({
    parts,
    evidence,
    dispatch,
    synchronise,
    fills,
    reconciler,
    recovery,
    closing: createClosing({ parts, ...ending, until, timers: clock }),
    marketWatch,
    accountChecks,
    leverage: createLeverage({
      ...{ parts, ask, post, sign, until },
      wanted: readLeverage(options.leverage ?? {}, marketNames),
    }),
  })

  hardStop.onChange((state) => {
    note({ kind: 'hardStop', state })
    if (state.triggered) dispatch.denyNew('HARD_STOP', state.reason)
    emitter.emit('hardStop', state)
    standDown.review()
  })
  transport.onState(() => standDown.review())
  readiness.onChange((state) => emitter.emit('readiness', state))

  const isHostAsked = oneOf(options.readiness ?? 'executor', 'readiness', ['executor', 'host']) === 'host'
  if (isHostAsked) readiness.unmet('host', 'the host has not said so')
  else readiness.met('host')
  const setReady: Executor['setReady'] = (isReady, reason = 'the host says so') => {
    if (!isHostAsked) throw new RangeError('readiness: it is the executor’s alone; choose "host" to have a word in it')
    if (isReady) readiness.met('host')
    else {
      readiness.unmet('host', reason)
      dispatch.denyNew('NOT_READY', reason)
    }
  }

  // What keeps the process alive from here on is what a host waits for, and not that we are connected.
  transport.unref?.()
  for (const event of ['fill', 'standDown'] as const) emitter.on(event, () => hold?.look())
  const listenersOfOurs = emitter.size
  hold = createProcessHold(clock, () => {
    // Before the start there is nothing that could come.
    const isStarted = transport.state.status !== 'idle'
    const isHeard = emitter.size > listenersOfOurs
    const isGettingOut = ['working', 'degraded'].includes(standDown.face.state.status)
    return settlement.isAwaited || (isStarted && (isHeard || isGettingOut || timeStop?.isWatching === true))
  })
  const { awaited } = hold

  const executor: Executor = {
    start(startOptions) {
      loopWatch.start()
      timeStop?.start()
      return awaited(lifecycle.start(startOptions))
    },
    submit: (intent) => submit.submit(intent),
    submitMany: (intents) => intents.map((intent) => submit.submit(intent)),
    modify: createModify(parts, submit, dispatch),
    cancel: (id) => awaited(submit.cancel(id)),
    cancelAll: (which) => awaited(cancelAll(which)),
    closePosition: (market, policy) => awaited(closePosition.closeAsAsked(market, policy)),
    order(id) {
      const record = orders.get(id)
      return record === undefined ? undefined : viewOf(record)
    },
    openOrders: () => [...orders.open()].map(viewOf),
    positions: positions.all,
    budget() {
      const now = clock.monotonic()
      return {
        remaining: budget.remaining(now),
        maxActions: budget.maxActions,
        windowMs: budget.windowMs,
        inFlight: parts.requests.size,
        queued: parts.queue.sizes,
        nextNewOrderInMs: Math.max(budget.waitMs(now), venueLimits.newOrderWaitMs(now)),
        venue: venueLimits.state(now),
      }
    },
    readiness: () => readiness.state,
    whenReady: (wanted) => awaited(lifecycle.whenReady(wanted)),
    setReady,
    acknowledgeMarket: (market) => awaited(marketWatch.acknowledge(market)),
    deadMansSwitch: () => deadMansSwitch.state,
    risk: () => riskMonitor.state(clock.monotonic()),
    describeGates: parts.gates.describe,
    hardStop,
    async replaceSigner(next) {
      parts.signers.replace(required(next, 'signer'))
      await awaited(accountChecks.recheck())
    },
    standDown: standDown.face,
    ...createHalting({ parts, denyQueued, markets, note }),
    on: emitter.on,
    events: emitter.events,
    close: (closeOptions) => awaited(lifecycle.close(closeOptions)),
  }
  // Where the runtime knows `await using`; a computed key of an absent symbol would be the string "undefined".
  if (typeof Symbol.asyncDispose === 'symbol') {
    Object.defineProperty(executor, Symbol.asyncDispose, { value: () => executor.close() })
  }
  return executor
}

const ACCOUNT_MODES: readonly AccountMode[] = [
  ...(['unifiedAccount', 'portfolioMargin', 'disabled', 'dexAbstraction', 'default'] as const),
]

/** A market of yesterday is not known. */
const MAX_MARKETS_AGE_MS = 86_400_000

/** Reading one account and trading for another would never end well. */
function vaultOf({ account, vaultAddress }: ExecutorOptions): Address | undefined {
  if (vaultAddress === undefined) return undefined
  const vault = address(vaultAddress, 'vaultAddress')
  if (vault !== address(account, 'account'))
    throw new RangeError(`vaultAddress: expected the account itself, got ${vault}`)
  return vault
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === null) throw new TypeError(`${name}: expected a value, got ${String(value)}`)
  return value
}
