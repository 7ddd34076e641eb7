/**
 * The face: what a bot sees of the executor. Types only.
 */

import type { ActionBudget } from './control/action-budget.js'
import type { BatchQueueOptions } from './control/batch-queue.js'
import type { HardStop, HardStopState } from './control/hard-stop.js'
import type { MarketHalt, MarketHaltEvent, MarketHaltOptions } from './control/market-halts.js'
import type { NonceManager } from './control/nonce-manager.js'
import type { Position } from './control/position.js'
import type { ActionClass, ReadinessState } from './control/readiness.js'
import type { Difference } from './control/reconcile.js'
import type { Gate, GateDescription, GateTurn } from './control/risk-gates.js'
import type { RiskMonitorOptions, RiskState } from './control/risk-monitor.js'
import type { RoundTrip } from './control/round-trips.js'
import type { StandDown, StandDownState, TakeDown } from './control/stand-down.js'
import type { VenueLimitsOptions, VenueLimitsState } from './control/venue-limits.js'
import type { Emitter } from './events.js'
import type { Address } from './model/account.js'
import type { Decimal, DecimalInput } from './model/decimal.js'
import type { ClientOrderId } from './model/ids.js'
import type { Intent, Replacement } from './model/intent.js'
import type { Market, Side } from './model/market.js'
import type { OrderStatus } from './model/order.js'
import type { Accepted, CancelOutcome, Denied, OrderView, Outcome, Submission } from './model/outcome.js'
import type { Clock, IdSource, Journal, Logger, Signer, Transport, TransportState } from './ports.js'

export type ExecutorOptions = {
  /** The account traded for: the master, a sub-account or a vault. Never the agent's address. */
  readonly account: Address
  readonly signer: Signer
  readonly transport: Transport
  /** Exact names, such as `xyz:NVDA`. Orders for any other market are denied. */
  readonly markets: readonly string[]
  /** Run together with the core gates, in the order of their steps; see `standardGates`. */
  readonly gates: readonly Gate[]
  /**
   * The account once more, when it is a vault or sub-account that the signer trades for; it then becomes part of what is
   * signed.
   * Default: unset.
   */
  readonly vaultAddress?: Address | undefined
  /** How long after our clock's reading of the venue's time an order may still be executed. Default: 15000. */
  readonly expiresAfterMs?: number | undefined
  /** How long an answer may take before the outcome counts as unknown. Default: 5000. */
  readonly replyTimeoutMs?: number | undefined
  readonly resolution?: ResolutionOptions | undefined
  /** How long the signer may take. Default: 2000. */
  readonly signTimeoutMs?: number | undefined
  /**
   * Signs ways out ahead, one at a time and when nothing waits to leave: of every order that may rest its cancel, and of
   * every request without an answer the noop that asks after it. A cancel that leaves alone then needs no signature, and
   * neither waits for the signer nor fails with it; several at once share a request and are signed as they leave. Costs up
   * to two more signatures an order, and another cancel of each order for every 25 requests that it outlives.
   * Default: false.
   */
  readonly presignExits?: boolean | undefined
  /** How long a new order may wait in the queue before it is denied as not sent. Default: 2000. */
  readonly maxQueueMs?: number | undefined
  /** A mark older than this denies new orders. Default: 8000. */
  readonly maxMarkAgeMs?: number | undefined
  /**
   * Where orders are written down before they leave, so that a crash loses and doubles nothing. Default: nowhere; a restart
   * then knows only what the venue still shows.
   */
  readonly journal?: Journal | undefined
  /**
   * What to do with open orders that this executor did not place: those of a person, of another bot, and, without a journal,
   * its own from before a restart. Only orders in `markets` are meant.
   *
   * `adopt`: they count in every limit, are seen in `openOrders()`, and `cancelAll` reaches them. `cancel`: cancelled as soon
   * as they are seen, stops and take-profits too; `start` waits until they are gone. `ignore`: left alone, not shown, and
   * **not counted**: what they may still fill is in no limit until it has filled. Default: `adopt`.
   */
  readonly externalOrders?: ExternalOrders | undefined
  /**
   * When what happens pulls the kill switch. Each threshold can be set or turned off, `false` turns all of them off, and
   * `risk()` tells which hold and how far they are. Default: on, with the defaults of `RiskMonitorOptions`.
   */
  readonly riskMonitor?: RiskMonitorOptions | false | undefined
  /**
   * What follows when the kill switch is thrown, by whoever and for whatever, beside that no new order leaves: open orders in
   * `markets` are cancelled, and positions closed as `closePosition` does it, until the venue says that nothing is left.
   * `standDown.state` and the event `standDown` tell how far it is. Default: `{ orders: 'cancel', positions: 'flatten' }`.
   */
  readonly onHardStop?: Partial<TakeDown> | undefined
  /** Closes positions that are held too long. Default: none is. */
  readonly timeStop?: TimeStopOptions | undefined
  /**
   * Has the venue cancel every open order of the account, also those that others placed, when nothing has been heard of this
   * executor for a while. Each time it is moved costs an action of the account's. Default: off.
   */
  readonly deadMansSwitch?: DeadMansSwitchOptions | undefined
  /**
   * How late a timer may fire. When the process stood still for longer, new orders wait until it runs on time again: what
   * arrives then was sent before, and nobody can tell how long. Default: 1000.
   */
  readonly maxLoopLagMs?: number | undefined
  /**
   * How often orders, fills and positions are compared with the venue's while nothing is in doubt; 0 is never. They are in
   * any case compared after every connect and whenever a fill does not fit. Default: 60000.
   */
  readonly reconcileEveryMs?: number | undefined
  /**
   * How often it is looked whether the markets are still what they were, beside once on every new connection; 0 is never.
   * It weighs 40, and 20 for each dex. Default: 300000.
   */
  readonly refreshMarketsEveryMs?: number | undefined
  /**
   * How old the last reading of the markets may be before no new order goes anywhere, at most a day; without a meaning when
   * they are never read again. Default: 900000.
   */
  readonly maxMarketsAgeMs?: number | undefined
  /** Set at the start, before the first order, and confirmed by the venue. Markets that are not named are left alone. */
  readonly leverage?: Readonly<Record<string, LeverageSetting>> | undefined
  /** The mode that the account must be in, checked at the start. Default: any. */
  readonly accountMode?: AccountMode | undefined
  /** How long before its end the approval of the agent is told of by `agentExpiry`. Default: a week. */
  readonly agentExpiryWarningMs?: number | undefined
  /**
   * Who says when new orders may go. `executor`: itself alone. `host`: besides, and from the beginning not, the host bot by
   * `setReady`. Default: `executor`.
   */
  readonly readiness?: 'executor' | 'host' | undefined
  readonly queue?: BatchQueueOptions | undefined
  /** Default: 100 new orders per second. */
  readonly budget?: ActionBudget | undefined
  /** What of the venue's limits this executor may use. Default: all of it. */
  readonly venueLimits?: VenueLimitsOptions | undefined
  /** Share one between executors that sign with the same key in one process. */
  readonly nonces?: NonceManager | undefined
  readonly clock?: Clock | undefined
  readonly ids?: IdSource | undefined
  readonly logger?: Logger | undefined
}

export type TimeStopOptions = {
  /** How long a position in `markets` may be held, from `Position.openedAt`. Default: 30000. */
  readonly maxHoldMs?: number | undefined
  /** How far from the mark each attempt to close it may go, see `ClosePolicy`. */
  readonly slippageBps?: readonly DecimalInput[] | undefined
  /** Told as `overdue` when it is still not closed so long after it should have been. Default: 60000. */
  readonly overdueMs?: number | undefined
}

export type TimeStopEvent = {
  readonly market: string
  readonly heldMs: number
  /** `overdue` is told once; it is tried on all the same. */
  readonly status: 'closing' | 'closed' | 'overdue'
  /** What stands in the way, for people. */
  readonly message?: string | undefined
}

export type LeverageSetting = {
  /** A whole number, at most the market's maximum. */
  readonly leverage: number
  readonly margin: 'cross' | 'isolated'
}

/**
 * Where an account keeps its collateral.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/account-abstraction-modes
 */
export type AccountMode = 'unifiedAccount' | 'portfolioMargin' | 'disabled' | 'dexAbstraction' | 'default'

/** What the venue says of account and signer. */
export type AccountReport = {
  /** The account whose key signs, or whose agent does. */
  readonly owner: Address
  /** In the venue's word. */
  readonly mode: string
  /** Unix ms; absent when the signer is no agent, or one without a name, whose end the venue does not list. */
  readonly agentValidUntil?: number | undefined
}

export type WhenReadyOptions = {
  readonly signal?: AbortSignal | undefined
  /** What is to go. Default: `new`. */
  readonly action?: ActionClass | undefined
  /** Into which market. Default: any that is ready itself. */
  readonly market?: string | undefined
}

export type ExternalOrders = 'adopt' | 'ignore' | 'cancel'

/** How an order of which no answer came is resolved. Every step is evidence; these set how soon it is looked for. */
export type ResolutionOptions = {
  /** Before the first lookup; doubled after each. Default: 250. */
  readonly firstDelayMs?: number | undefined
  /** The longest time between two lookups. Default: 5000. */
  readonly maxDelayMs?: number | undefined
  /** How far past its expiry, in the venue's time, the absence of an order counts. Default: 3000. */
  readonly expiryMarginMs?: number | undefined
  /** How many lookups after that must agree that the order does not exist. At least, and by default: 2. */
  readonly agreeingLookups?: number | undefined
  /** Whether a noop may take the nonce of the order, which proves it dead at once and costs an action. Default: true. */
  readonly useNoop?: boolean | undefined
}

export type DeadMansSwitchOptions = {
  /** How long after we were last heard of the venue cancels. At least 10000. Default: 60000. */
  readonly cancelAfterMs?: number | undefined
  /** How often that time is moved ahead; at most half of it. Default: a third, which is 4,320 actions a day for 60000. */
  readonly rearmEveryMs?: number | undefined
}

export type DeadMansSwitchState =
  | { readonly status: 'off' }
  /** The venue has confirmed that it cancels at this time (Unix ms, its own clock) unless it is moved again. */
  | { readonly status: 'armed'; readonly cancelsAt: number }
  /** The account has not traded enough for the venue to offer it. `examples/watchdog.ts` is a process that does the same. */
  | { readonly status: 'locked'; readonly message: string }
  /** There is no protection, and why. It is tried again. */
  | { readonly status: 'failed'; readonly message: string }

export type ResolutionStep = 'lookup' | 'noop' | 'expiry'

/** What a step found. Only `found` and `unused`, and enough times `absent` after the expiry, prove anything. */
export type Finding = 'found' | 'absent' | 'unreadable' | 'unanswered' | 'unused' | 'used' | 'undecided'

export type ResolutionEvent = {
  readonly clientOrderId: ClientOrderId
  readonly market: string
  /** Counted from one. */
  readonly attempt: number
  readonly step: ResolutionStep
  readonly finding: Finding
  /** The order after this step; while it is `unknown` its exposure stays counted. */
  readonly status: OrderStatus
}

export type FillEvent = {
  readonly market: string
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  readonly fee: Decimal
  readonly closedPnl: Decimal
  readonly orderId: number
  readonly clientOrderId?: ClientOrderId | undefined
  readonly tradeId: number
  /** Venue time, Unix ms. */
  readonly time: number
}

/** A position that is flat again, or on the other side, and the order that did it. */
export type PositionClosedEvent = RoundTrip & {
  readonly orderId: number
  /** Absent for an order that we did not place and that has none. */
  readonly clientOrderId?: ClientOrderId | undefined
  /** Those of the order that closed it. */
  readonly tags?: Readonly<Record<string, string>> | undefined
}

export type ExecutorEvents = {
  /** An order changed. */
  order: OrderView
  /** The end of an order that was accepted, once. */
  outcome: Outcome
  fill: FillEvent
  /** A round trip ended, told once and right after the fill that ended it. */
  positionClosed: PositionClosedEvent
  denied: Denied & { readonly intent: Intent }
  /** A gate that passed the orders of a market denied one, or passes them again. Told once for each turn. */
  gate: GateTurn
  readiness: ReadinessState
  /** The connection went down or came up, or its feeds were confirmed. */
  connection: TransportState
  /**
   * The feeds of a new connection are confirmed, and between these two times, Unix ms, nobody listened. The account is
   * read again by itself; whatever else you follow may have moved.
   */
  gap: { readonly generation: number; readonly from: number; readonly to: number }
  hardStop: HardStopState
  /** What the kill switch has set going: begun, still not done, making no progress, done and flat by the venue's word. */
  standDown: StandDownState
  /** A position has been held too long, and what comes of it. */
  timeStop: TimeStopEvent
  /** A market was halted, or is no longer. */
  halt: MarketHaltEvent
  /** A market is not what new orders were built on, and they are denied; without a `change` it was acknowledged. */
  marketChanged: { readonly market: string; readonly change?: string | undefined }
  /** The approval of the agent ends soon; times in Unix ms. Told once for each end. */
  agentExpiry: { readonly agent: Address; readonly validUntil: number; readonly leftMs: number }
  /** What the venue leaves to new orders was used up, or is there again. */
  limits: VenueLimitsState
  /** The venue protects us from our own silence, or no longer does. */
  deadMansSwitch: DeadMansSwitchState
  /** One step in finding out what became of an order. */
  resolution: ResolutionEvent
  /** Evidence that contradicts what was known: look at it. */
  conflict: { readonly order: OrderView; readonly detail: string }
  /** Our position and the venue's differ; positions are being read again. */
  mismatch: { readonly market: string; readonly ours: Decimal; readonly venues: Decimal }
  /** Our books were compared with the venue's, and something differed or no longer does. */
  reconciled: { readonly differences: readonly ReconciledDifference[] }
  /** Something the venue sent could not be read in full. */
  malformed: { readonly source: string; readonly count: number }
}

export type ReconciledDifference = Difference & {
  /**
   * It no longer stands: it was explained, or two readings agreed and the venue's word was taken; a hole in the fills stays
   * open, but nothing more can be done about it. While one stands, new orders are denied `RECONCILING`.
   */
  readonly isSettled: boolean
}

export type BudgetState = {
  /** New orders that may go at this instant. */
  readonly remaining: number
  readonly maxActions: number
  readonly windowMs: number
  /** Requests written and not answered. */
  readonly inFlight: number
  /** How long until the next new order may go, as far as budget and limits decide: 0 is now; infinite is not by time alone. */
  readonly nextNewOrderInMs: number
  /** What the venue allows the account and the IP address. */
  readonly venue: VenueLimitsState
  readonly queued: { readonly cancel: number; readonly reduceOnly: number; readonly new: number }
}

export type StartReport = {
  /** Orders of an earlier process that were not over, from the journal. None of them is `unknown` any more. */
  readonly recovered: readonly Accepted[]
  readonly account: AccountReport
}

/** How a position is closed. */
export type ClosePolicy = {
  /**
   * How far from the mark each attempt may go, in basis points; the last one again and again. Default: 50, 100, 200, 500.
   */
  readonly slippageBps?: readonly DecimalInput[] | undefined
  /** Default: 30000. */
  readonly timeoutMs?: number | undefined
}

export type PositionClose =
  | { readonly status: 'flat' }
  /** Not flat in the time given, or not safely so: an exit may still be on its way, or an order that could open it again. */
  | { readonly status: 'open'; readonly size: Decimal; readonly message: string }

export type CloseOptions = {
  /** What to do with resting orders. Default: `leave`, or what the kill switch has set going and is not done. */
  readonly orders?: 'leave' | 'cancel' | undefined
  /**
   * What to do with positions. `flatten` cancels every order, whatever `orders` says, and then closes the positions in
   * `markets` with reduce-only immediate orders, 50 to 500 basis points from the mark, one at a time in each market.
   * Default: `leave`, or what the kill switch has set going and is not done.
   */
  readonly positions?: 'leave' | 'flatten' | undefined
  /**
   * How long to wait for answers before outcomes are told as unknown. Default: 5000, and 30000 to flatten. Saying goodbye to
   * the venue may take two seconds more.
   */
  readonly timeoutMs?: number | undefined
}

/** What is left behind, as far as we know. */
export type CloseReport = {
  /** On the venue's book. */
  readonly openOrders: readonly OrderView[]
  /** May be on the book, may have filled, may never have arrived: look before anything is placed again. */
  readonly unknown: readonly OrderView[]
  readonly positions: readonly Position[]
  /** Why `flatten` did not get out of them, for people. */
  readonly notes: readonly string[]
}

export type Executor = {
  /**
   * Connects, loads the markets, subscribes and reads the account. Settles when new orders may go.
   *
   * With a journal, what an earlier process left open is resolved first.
   *
   * @throws {ExecutorError} saying what is missing, when the signal fires first or a step fails for good
   */
  start(options?: { readonly signal?: AbortSignal | undefined }): Promise<StartReport>
  /**
   * Hands an intent in. Gates, budget and queue answer at once; the promises of an accepted order tell the rest.
   *
   * @throws {TypeError | RangeError} when the intent is malformed
   */
  submit(intent: Intent): Submission
  /** Several intents in one turn; they share requests where they may. */
  submitMany(intents: readonly Intent[]): readonly Submission[]
  /**
   * Replaces a resting order by one with another price or size, in one action. The replacement is an order of its own, with
   * its own client order id: it passes the gates, and the submission that comes back is about it; the old order's outcome
   * tells of the old one. It is always post-only, and the venue places it only while the old order is still there. Until
   * both have been told of, both count in every limit.
   *
   * @throws {TypeError | RangeError} when the id or the change is malformed
   * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
   */
  modify(id: ClientOrderId | number, change: Replacement): Submission
  /**
   * Cancels one order, by our id or the venue's. Never blocked by a gate, a halt or a full lane of orders.
   *
   * @throws {TypeError | RangeError} when the id is malformed
   */
  cancel(id: ClientOrderId | number): Promise<CancelOutcome>
  /** Cancels every open order, or those of one market. */
  cancelAll(options?: { readonly market?: string | undefined }): Promise<readonly CancelOutcome[]>
  /**
   * Closes the position of a market: cancels its orders, then one reduce-only order at a time, sized from the position that
   * is there, until it is flat with no order left that could open it again, or the time is over. Whoever asks while it is being closed joins in. New orders in the
   * market are denied meanwhile. Never rejects.
   *
   * @throws {TypeError | RangeError} when the policy is malformed
   */
  closePosition(market: string, policy?: ClosePolicy): Promise<PositionClose>
  order(id: ClientOrderId | number): OrderView | undefined
  openOrders(): readonly OrderView[]
  positions(): readonly Position[]
  budget(): BudgetState
  /** What may go, what is missing for it, and what to do about that. */
  readiness(): ReadinessState
  /**
   * Settles as soon as new orders may go, or what else is asked for; at once if they may.
   *
   * @throws {ExecutorError} `ABORTED` saying what is missing, when the signal fires first; `CLOSED`
   * @throws {RangeError} when the market is not one of `markets`
   */
  whenReady(options?: WhenReadyOptions): Promise<void>
  /**
   * The host bot's own word on new orders, which they need with `readiness: 'host'`. Taken back, those in the queue are denied.
   * It holds across connections.
   *
   * @param reason why not
   * @throws {RangeError} when readiness is the executor's alone
   */
  setReady(isReady: boolean, reason?: string): void
  /**
   * Takes a market that has changed (`marketChanged`) for what it is now: reads it again, verifies it, and lets new orders go
   * by its new lot, leverage and margin mode.
   *
   * @throws {ExecutorError} `MARKET_IN_USE` while orders of another lot are open; `UNKNOWN_MARKET` when it cannot be traded, or is
   * another market by now, with another id or collateral
   * @throws {RangeError} when the market is not one of `markets`, or was not loaded yet
   */
  acknowledgeMarket(market: string): Promise<Market>
  /** What the venue has confirmed of the dead man's switch. */
  deadMansSwitch(): DeadMansSwitchState
  /** What the risk monitor has counted, and where it stops. */
  risk(): RiskState
  describeGates(): readonly GateDescription[]
  /** Reset needs an operator, and an account that has come to the end of `standDown`. */
  readonly hardStop: HardStop
  /** What follows when the kill switch is thrown, see `onHardStop`. */
  readonly standDown: StandDown
  /**
   * Signs with another key from here on, without a stop: an agent expires, and one that leaked must not sign again. What the
   * key before has signed and was not written is signed anew. Revoke the old agent only when no order is `unknown`: it is
   * still asked whether the nonces of its orders were used.
   *
   * @throws {ExecutorError} when the venue does not let it trade for the account; new orders wait until it does
   */
  replaceSigner(signer: Signer): Promise<void>
  /**
   * Stops new orders in one market, queued ones too, until `resume` or for a time. Cancels and reduce-only orders pass. A
   * market that is halted already stays so for the longer of both. With a journal it outlives a restart.
   *
   * @returns the halt that stands
   * @throws {RangeError} when the market is not one of `markets`, there is no reason, or the end is not in the future
   */
  halt(market: string, reason: string, options?: MarketHaltOptions): MarketHalt
  /** Lets new orders go again in a market. @throws {RangeError} when it is not one of `markets` */
  resume(market: string): void
  /** The markets that are halted. */
  halts(): readonly MarketHalt[]
  readonly on: Emitter<ExecutorEvents>['on']
  readonly events: Emitter<ExecutorEvents>['events']
  /**
   * Settles everything handed out, and leaves no timer and no socket. Only the first call counts; later ones get its
   * answer.
   *
   * @throws {TypeError | RangeError} when an option is malformed; nothing is closed then
   */
  close(options?: CloseOptions): Promise<CloseReport>
}
