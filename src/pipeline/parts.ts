/** The parts the pipeline works with, wired by `createExecutor`. */
import type { ActionBudget } from '../control/action-budget.js'
import type { Batch, BatchQueue } from '../control/batch-queue.js'
import type { HardStop } from '../control/hard-stop.js'
import type { Booked, LedgerFill } from '../control/ledger-steps.js'
import type { MarketData } from '../control/market-data.js'
import type { MarketHalts } from '../control/market-halts.js'
import type { NonceManager } from '../control/nonce-manager.js'
import type { OrderLedger } from '../control/order-ledger.js'
import type { PositionLedger } from '../control/position-ledger.js'
import type { Readiness } from '../control/readiness.js'
import type { RequestTable } from '../control/request-table.js'
import type { RiskGates } from '../control/risk-gates.js'
import type { VenueLimits } from '../control/venue-limits.js'
import type { Emitter } from '../events.js'
import type { ExecutorEvents } from '../executor.js'
import type { Address } from '../model/account.js'
import type { ClientOrderId } from '../model/ids.js'
import type { Market } from '../model/market.js'
import type { ExternalOrders } from '../options.js'
import type { Clock, IdSource, Logger, Transport } from '../ports.js'
import type { Signers } from './signers.js'

export type Parts = {
  readonly account: Address
  readonly vaultAddress: Address | undefined
  readonly signers: Signers
  readonly transport: Transport
  readonly venueLimits: VenueLimits
  readonly clock: Clock
  readonly ids: IdSource
  readonly logger: Logger
  readonly emitter: Emitter<ExecutorEvents>
  readonly hardStop: HardStop
  readonly halts: MarketHalts
  readonly gates: RiskGates
  readonly budget: ActionBudget
  readonly nonces: NonceManager
  readonly queue: BatchQueue
  readonly requests: RequestTable<Batch>
  readonly orders: OrderLedger
  readonly positions: PositionLedger
  /** Books a fill in both ledgers at once. */
  readonly bookFill: (fill: LedgerFill, order: ClientOrderId | undefined) => Booked
  readonly marketData: MarketData
  readonly readiness: Readiness
  /** The markets loaded so far; `undefined` for a name that was not. */
  readonly market: (name: string) => Market | undefined
  readonly externalOrders: ExternalOrders
  /** Something of ours threw that must not. What we know may be wrong from here on, so new orders stop. */
  readonly fault: (what: string, error: unknown) => void
  readonly limits: {
    readonly expiresAfterMs: number
    readonly replyTimeoutMs: number
    readonly signTimeoutMs: number
    readonly maxQueueMs: number
  }
}
