/**
 * `hip3-executor/testing`: a simulated exchange, and a clock to drive it, for tests of bots and of this library.
 */
export { createManualClock, type ManualClock } from './manual-clock.js'
export type { Link, SimConnection } from './sim-exchange/connection.js'
export type { AccountControl, BookInput, MarketControl } from './sim-exchange/controls.js'
export type { DexControl } from './sim-exchange/dex-control.js'
export { createUnverifiedSigner } from './sim-exchange/envelope.js'
export type {
  FaultHandle,
  FaultMatch,
  FaultMessage,
  FaultRule,
  MessagePattern,
  RecordedFault,
} from './sim-exchange/faults/rules.js'
export type { Reply } from './sim-exchange/gateway.js'
export { createSimExchange, type SimExchange, type SimExchangeOptions } from './sim-exchange/index.js'
export type { SimLimits } from './sim-exchange/limits.js'
export type {
  ExchangeRecord,
  RecordedFill,
  RecordedOrder,
  RecordedPosition,
  RecordedRequest,
  RequestListener,
} from './sim-exchange/record.js'
export type { AccountMode } from './sim-exchange/state.js'
export { type DexSpec, MAINNET_UNIVERSE, type MarketSpec, type Universe } from './sim-exchange/universe.js'
export { createSimSocket, type SimSocket } from './sim-socket.js'
