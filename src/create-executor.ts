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
import { createVenueLimits } from './control/venue-limits.js'
import { createVenueTime } from './control/venue-time.js'
import { createEmitter } from './events.js'
import type { Executor, ExecutorEvents } from './executor.js'
import { createAsk } from './io/ask.js'
import { createConsoleLogger } from './io/console-logger.js'
import { listMarkets, loadMarkets } from './io/market-registry.js'
import { createNanoidIds } from './io/nanoid-ids.js'
import { createSystemClock } from './io/system-clock.js'
import { required } from './model/guards.js'
import type { ExecutorOptions } from './options.js'
import { createAccountChecks } from './pipeline/account-checks.js'
import { createAlarm } from './pipeline/alarm.js'
import { createAnswers } from './pipeline/answers.js'
import { createBalances } from './pipeline/balances.js'
import { budgetState } from './pipeline/budget-state.js'
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
import { createHostReadiness } from './pipeline/host-readiness.js'
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
import { createResolver, usesNoops } from './pipeline/resolver.js'
import { createSession, createTurnTeller } from './pipeline/session.js'
import { readSettings } from './pipeline/settings.js'
import { createSettlement } from './pipeline/settlement.js'
import { createSign, type Sign } from './pipeline/sign.js'
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
  const settings = readSettings(options)
  const markets = new Set(settings.markets)
  const transport = required(options.transport, 'transport')
  const onListenerError = (error: unknown): void => logger.error('a listener threw', { error })
  const resetObstacle = (): string | undefined => standDown.resetObstacle()
  const hardStop = createHardStop({ clock, resetObstacle, onListenerError })
  const halts = createMarketHalts({ clock, onListenerError })
  const readiness = createReadiness({ markets: settings.markets, onListenerError })
  const marketData = createMarketData({ maxMarkAgeMs: options.maxMarkAgeMs })
  const budget = options.budget ?? createActionBudget()
  const ledgers = { orders: createOrderLedger(), positions: createPositionLedger() }
  const note = (step: LedgerStep): void => recorder.note(step)
  const orders = options.journal === undefined ? ledgers.orders : recordOrders(ledgers.orders, note)
  const positions = options.journal === undefined ? ledgers.positions : recordPositions(ledgers.positions, note)
  const closing = new Set<string>()
  const exposure = createExposureView(orders, positions, marketData, closing)
  const venueLimits = createVenueLimits(options.venueLimits ?? {}, { orders, onListenerError })
  const accountValues = createAccountValues()
  const nonces = options.nonces ?? createNonceManager()
  const listing: Listing = {
    change: (market) => marketWatch.change(market),
    openInterestCap: (market) => marketWatch.openInterestCap(market),
  }
  const utcNow = (): number => nonces.serverTime(clock.now())

  const parts: Parts = {
    account: settings.account,
    vaultAddress: settings.vaultAddress,
    signers: createSigners(required(options.signer, 'signer')),
    transport,
    venueLimits,
    clock,
    ids: options.ids ?? createNanoidIds(),
    logger,
    emitter,
    hardStop,
    halts,
    gates: createRiskGates(
      [...coreGates(settings.limits.maxQueueMs), ...required(options.gates, 'gates')],
      { hardStop, halts, readiness, exposure, marketData, budget, venueLimits, accountValues, listing, utcNow },
      createTurnTeller({ emitter, logger }),
    ),
    budget,
    nonces,
    queue: createBatchQueue(options.queue),
    requests: createRequestTable<Batch>({ timeoutMs: settings.limits.replyTimeoutMs }),
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
    externalOrders: settings.externalOrders,
    limits: settings.limits,
  }

  const riskMonitor = createRiskMonitor(options.riskMonitor)
  const loopWatch = createLoopWatch(parts, settings.maxLoopLagMs)

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
  const marketWatch = createMarketWatch({
    parts,
    lists: {
      load: (askOptions) => loadMarkets(ask, settings.markets, askOptions),
      list: () => listMarkets(ask, settings.markets),
    },
    everyMs: settings.refreshMarketsEveryMs,
    maxAgeMs: settings.maxMarketsAgeMs,
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
  const until = createUntil(parts)
  const presign =
    options.presignExits === true ? createPresign({ parts, sign, usesNoops: usesNoops(options.resolution) }) : undefined
  const signNoop: Sign['noop'] = (nonce, by) => presign?.noops.get(nonce, by) ?? sign.noop(nonce, by)
  const nonceProbe = createNonceProbe({ parts, post, sign: { noop: signNoop }, until })
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
  const deadMansSwitch = createDeadMansSwitch({ parts, post, sign, until, alarm, options: options.deadMansSwitch })
  const reconciler = createReconciler({
    parts,
    synchronise,
    everyMs: settings.reconcileEveryMs,
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
    what: settings.onHardStop,
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
    accountMode: settings.accountMode,
    warningMs: settings.agentExpiryWarningMs,
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
      wanted: readLeverage(options.leverage ?? {}, settings.markets),
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

  hold = createProcessHold({ parts, timers: clock, settlement, standDown, timeStop })
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
    budget: () => budgetState(parts),
    readiness: () => readiness.state,
    whenReady: (wanted) => awaited(lifecycle.whenReady(wanted)),
    ...createHostReadiness(parts, dispatch, settings.isHostAsked),
    acknowledgeMarket: (market) => awaited(marketWatch.acknowledge(market)),
    deadMansSwitch: () => deadMansSwitch.state,
    risk: () => riskMonitor.state(clock.monotonic()),
    describeGates: parts.gates.describe,
    hardStop,
    async replaceSigner(next) {
      await awaited(accountChecks.replace(required(next, 'signer')))
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
