/** The whole public surface of `hip3-executor`: named re-exports, no logic. */
export {
  type ActionBudget,
  type ActionBudgetOptions,
  type BudgetReservation,
  createActionBudget,
} from './control/action-budget.js'
export {
  type Batch,
  type BatchQueue,
  type BatchQueueOptions,
  createBatchQueue,
  type Lane,
  type PushResult,
  type QueuedCancel,
} from './control/batch-queue.js'
export { createExposureView, type ExposureView } from './control/exposure.js'
export { type BlackoutWindow, blackoutGate } from './control/gates/blackout.js'
export { actionBudgetGate } from './control/gates/budget.js'
export { coreGates } from './control/gates/core.js'
export { type CorrelationPositionOptions, correlationPositionGate } from './control/gates/correlation.js'
export {
  bboAgeGate,
  contextAgeGate,
  markMidDivergenceGate,
  openInterestCapGate,
  type SpreadShockOptions,
  spreadShockGate,
  timeRegressionGate,
  twoSidedBookGate,
} from './control/gates/market.js'
export {
  maxConcurrentPositionsGate,
  maxPositionPerMarketGate,
  maxPositionTotalGate,
} from './control/gates/position-limits.js'
export {
  type BurstSignalOptions,
  burstSignalGate,
  type CorrelationCooldownOptions,
  correlationCooldownGate,
  type MaxDrawdownOptions,
  maxDrawdownGate,
  type ReEntryDelayOptions,
  reEntryDelayGate,
  type TiltGuardOptions,
  tiltGuardGate,
} from './control/gates/session.js'
export { flattenInProgressGate, hasPositionGate, pendingOrderGate } from './control/gates/single-entry.js'
export { accountShareGate, maxOrderNotionalGate } from './control/gates/sizing.js'
export { type MarketGatesOptions, type StandardGatesOptions, standardGates } from './control/gates/standard.js'
export {
  createHardStop,
  type HardStop,
  type HardStopCause,
  type HardStopOptions,
  type HardStopState,
} from './control/hard-stop.js'
export {
  type Book,
  createMarketData,
  type MarketData,
  type MarketDataOptions,
  type Quote,
  type Received,
} from './control/market-data.js'
export {
  createMarketHalts,
  type MarketHalt,
  type MarketHaltEvent,
  type MarketHaltOptions,
  type MarketHalts,
  type MarketHaltsOptions,
} from './control/market-halts.js'
export { createNonceManager, type Drift, type NonceManager, type NonceManagerOptions } from './control/nonce-manager.js'
export { createOrderLedger, type OrderLedger, type OrderRecord } from './control/order-ledger.js'
export type { Position, PositionFill } from './control/position.js'
export {
  createPositionLedger,
  type PositionDifference,
  type PositionLedger,
  type PositionReading,
} from './control/position-ledger.js'
export {
  type ActionClass,
  type Condition,
  createReadiness,
  type MarketCondition,
  type MarketReadiness,
  type Missing,
  type Readiness,
  type ReadinessOptions,
  type ReadinessState,
} from './control/readiness.js'
export type { Difference } from './control/reconcile.js'
export { type Replay, type ReplayOptions, replayJournal } from './control/replay.js'
export {
  type Approved,
  createRiskGates,
  type Denial,
  type Gate,
  type GateAnswer,
  type GateContext,
  type GateDenial,
  type GateDescription,
  type GateTurn,
  type GateView,
  type GateWork,
  type Listing,
  type Need,
  type RiskGates,
  type Verdict,
} from './control/risk-gates.js'
export {
  createRiskMonitor,
  type RiskLimits,
  type RiskMonitor,
  type RiskMonitorOptions,
  type RiskState,
  type SlippageOptions,
} from './control/risk-monitor.js'
export { createRoundTrips, type RoundTrip, type RoundTripFill, type RoundTrips } from './control/round-trips.js'
export type { StandDown, StandDownEnd, StandDownState, TakeDown } from './control/stand-down.js'
export type { ExhaustedLimit, Usage, VenueLimitsOptions, VenueLimitsState } from './control/venue-limits.js'
export { createExecutor } from './create-executor.js'
export { ExecutorError, type ExecutorErrorCode, isExecutorError, NotSentError } from './errors.js'
export type { ListenOptions } from './events.js'
export type {
  AccountReport,
  BudgetState,
  CloseOptions,
  ClosePolicy,
  CloseReport,
  DeadMansSwitchState,
  Executor,
  ExecutorEvents,
  FillEvent,
  Finding,
  PositionClose,
  PositionClosedEvent,
  ReconciledDifference,
  ResolutionEvent,
  ResolutionStep,
  StartReport,
  TimeStopEvent,
  WhenReadyOptions,
} from './executor.js'
export { createAsk } from './io/ask.js'
export {
  type ConnectionLimits,
  type ConnectionLimitsOptions,
  type ConnectionPlace,
  createConnectionLimits,
} from './io/connection-limits.js'
export { createFallbackTransport } from './io/fallback-transport.js'
export { createHostSender, type HostSenderOptions, type HostTransport } from './io/host-sender.js'
export { createHttpSender, type HttpSenderOptions } from './io/http-sender.js'
export {
  createLocalSigner,
  type DigestAccount,
  type LocalSignerOptions,
  type TypedData,
  type TypedDataWallet,
} from './io/local-signer.js'
export { loadMarkets, type MarketRegistry } from './io/market-registry.js'
export { createMemoryJournal, type MemoryJournal } from './io/memory-journal.js'
export { createNanoidIds } from './io/nanoid-ids.js'
export type { SignaturePool } from './io/signature-pool.js'
export type { SigningBackend } from './io/signing-backend.js'
export { createSystemClock } from './io/system-clock.js'
export type { WebSocketLike } from './io/ws-link.js'
export { createWsSender, type WsSenderOptions } from './io/ws-sender.js'
export type { Address, Hex, Network } from './model/account.js'
export type { Decimal, DecimalInput } from './model/decimal.js'
export type { ClientOrderId } from './model/ids.js'
export type { Intent, Replacement } from './model/intent.js'
export { floorSize, type MarginMode, type Market, type Rounding, roundPrice, type Side } from './model/market.js'
export type { OrderKind, OrderRequest, OrderStatus, TimeInForce } from './model/order.js'
export type { Accepted, CancelOutcome, Denied, OrderView, Outcome, Submission } from './model/outcome.js'
export type { BestPrices, MarketContext } from './model/prices.js'
export { DENIED_REASONS, type DeniedReason, REJECTED_REASONS, type RejectedReason } from './model/reasons.js'
export type {
  AccountMode,
  DeadMansSwitchOptions,
  ExecutorOptions,
  ExternalOrders,
  LeverageSetting,
  ResolutionOptions,
  TimeStopOptions,
} from './options.js'
export type {
  Ask,
  AskOptions,
  Clock,
  IdSource,
  Journal,
  JournalOwner,
  JournalRecord,
  Keccak256,
  Logger,
  NotWrittenReason,
  PhantomAgent,
  PostReply,
  PostRequest,
  PostResult,
  Signature,
  Signer,
  Subscription,
  Transport,
  TransportState,
} from './ports.js'
export { intentOrderId } from './wire/intent-id.js'
