/** The face: what a bot sees of the executor. Types only. */
import type { HardStop, HardStopState } from './control/hard-stop.js'
import type { MarketHalt, MarketHaltEvent, MarketHaltOptions } from './control/market-halts.js'
import type { Position } from './control/position.js'
import type { ActionClass, ReadinessState } from './control/readiness.js'
import type { Difference } from './control/reconcile.js'
import type { GateDescription, GateTurn } from './control/risk-gates.js'
import type { RiskState } from './control/risk-monitor.js'
import type { RoundTrip } from './control/round-trips.js'
import type { StandDown, StandDownState } from './control/stand-down.js'
import type { VenueLimitsState } from './control/venue-limits.js'
import type { Emitter } from './events.js'
import type { Address } from './model/account.js'
import type { Decimal, DecimalInput } from './model/decimal.js'
import type { ClientOrderId } from './model/ids.js'
import type { Intent, Replacement } from './model/intent.js'
import type { Market, Side } from './model/market.js'
import type { OrderStatus } from './model/order.js'
import type { Accepted, CancelOutcome, Denied, OrderView, Outcome, Submission } from './model/outcome.js'
import type { Signer, TransportState } from './ports.js'

export type TimeStopEvent = {
  readonly market: string
  readonly heldMs: number
  /** `overdue` is told once; it is tried on all the same. */
  readonly status: 'closing' | 'closed' | 'overdue'
  /** What stands in the way, for people. */
  readonly message?: string | undefined
}

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
  /**
   * May be on the book, may have filled, may never have arrived; or `canceled`, and may have filled further than
   * `filledSize` says. Look before anything is placed again.
   */
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
   * Signs with another key, without a stop: an agent expires, and one that leaked must not sign again. The venue is asked about
   * it first, and the key before signs until it has answered; one that nobody can be asked about is taken, and asked about
   * later. From then on what the key before has signed and was not written is signed anew. Revoke the old agent only when no
   * order is `unknown`: it is still asked whether the nonces of its orders were used.
   *
   * @throws {ExecutorError} when the venue does not let it trade for the account. The key before signs cancels and reduce-only
   * orders on; new orders wait until the venue lets the next trade, which is then taken by itself, or another is given
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
