/** What a bot may choose when it makes an executor. Types only. */
import type { ActionBudget } from './control/action-budget.js'
import type { BatchQueueOptions } from './control/batch-queue.js'
import type { NonceManager } from './control/nonce-manager.js'
import type { Gate } from './control/risk-gates.js'
import type { RiskMonitorOptions } from './control/risk-monitor.js'
import type { TakeDown } from './control/stand-down.js'
import type { VenueLimitsOptions } from './control/venue-limits.js'
import type { Address } from './model/account.js'
import type { DecimalInput } from './model/decimal.js'
import type { Clock, IdSource, Journal, Logger, Signer, Transport } from './ports.js'

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

export type ExternalOrders = 'adopt' | 'ignore' | 'cancel'

export type TimeStopOptions = {
  /** How long a position in `markets` may be held, from `Position.openedAt`. Default: 30000. */
  readonly maxHoldMs?: number | undefined
  /** How far from the mark each attempt to close it may go, see `ClosePolicy`. */
  readonly slippageBps?: readonly DecimalInput[] | undefined
  /** Told as `overdue` when it is still not closed so long after it should have been. Default: 60000. */
  readonly overdueMs?: number | undefined
}

export type DeadMansSwitchOptions = {
  /** How long after we were last heard of the venue cancels. At least 10000. Default: 60000. */
  readonly cancelAfterMs?: number | undefined
  /** How often that time is moved ahead; at most half of it. Default: a third, which is 4,320 actions a day for 60000. */
  readonly rearmEveryMs?: number | undefined
}

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
