/**
 * Why an order did not do what was asked: one closed list, one line of meaning each.
 *
 * `denied` reasons are ours (the order never left), `rejected` reasons are the venue's. A benign reason says that
 * nothing is wrong: a strategy meets it every day, and no alarm or circuit breaker counts it.
 * The tables in `docs/reasons.md` are generated from here.
 */

export const DENIED_REASONS = {
  HARD_STOP: { meaning: 'The kill switch is on; only cancels and reduce-only orders pass.', benign: false },
  NOT_READY: {
    meaning: 'The executor is not ready for new orders in this market; `readiness()` says what is missing.',
    benign: false,
  },
  UNKNOWN_MARKET: { meaning: 'The market is not among those the executor was started with.', benign: false },
  MARKET_DATA_UNAVAILABLE: { meaning: 'A price that the check needs is missing or too old.', benign: false },
  PRICE_OFF_GRID: { meaning: 'No legal price is left after rounding (below the smallest tick).', benign: false },
  PRICE_OUT_OF_BAND: { meaning: 'The price is further from the mark than the venue allows.', benign: false },
  SIZE_TOO_SMALL: { meaning: 'Nothing is left of the size after flooring it to the lot.', benign: false },
  BELOW_MINIMUM_VALUE: { meaning: 'The order is worth less than the venue accepts.', benign: false },
  MAX_POSITION_PER_MARKET: { meaning: 'The market has no room left under its notional limit.', benign: false },
  MAX_POSITION_TOTAL: { meaning: 'All markets together would reach the total notional limit.', benign: false },
  MAX_CONCURRENT_POSITIONS: {
    meaning: 'As many markets as allowed already have a position or a pending order.',
    benign: false,
  },
  FLATTEN_IN_PROGRESS: { meaning: 'A reduce-only order for this market is on its way.', benign: true },
  ALREADY_HAS_POSITION: { meaning: 'The market already has a position.', benign: true },
  PENDING_ORDER_EXISTS: { meaning: 'The market already has an order that is not final.', benign: true },
  BUDGET_EXHAUSTED: { meaning: 'The action budget of the window is used up; `value` is the wait in ms.', benign: true },
  USER_GATE: { meaning: 'A gate supplied by the host denied the order.', benign: false },
  GATE_FAILED: { meaning: 'A gate threw an error; an unanswered question denies.', benign: false },
  CLOCK_DRIFT: { meaning: 'Our clock and the venue’s are too far apart for a nonce to be trusted.', benign: false },
  QUEUE_FULL: { meaning: 'The lane of the queue is full.', benign: false },
  DEDUPLICATED: {
    meaning: 'An order for the same purpose is already queued and took over price and size; `survivor` names it.',
    benign: true,
  },
  SIGN_FAILED: { meaning: 'The signer failed or did not answer in time; nothing left.', benign: false },
  NOT_SENT: { meaning: 'The order could not be written within its time; nothing left.', benign: false },
  CANCELED_BEFORE_SENT: { meaning: 'The order was cancelled while it was still queued; nothing left.', benign: true },
  CLOSED: { meaning: 'The executor was closed before the order left.', benign: false },
} as const

export type DeniedReason = keyof typeof DENIED_REASONS

export const REJECTED_REASONS = {
  TICK: { meaning: 'The price is not on the tick grid.', benign: false },
  INVALID_PRICE: { meaning: 'The price is malformed or not allowed.', benign: false },
  INVALID_SIZE: { meaning: 'The size is malformed, zero or not on the lot grid.', benign: false },
  MIN_VALUE: { meaning: 'The order is worth less than the venue’s minimum.', benign: true },
  INSUFFICIENT_MARGIN: { meaning: 'The account has not enough margin.', benign: false },
  REDUCE_ONLY: {
    meaning: 'A reduce-only order would increase the position, usually because another close came first.',
    benign: true,
  },
  POST_ONLY_WOULD_MATCH: { meaning: 'A post-only order would have matched at once.', benign: false },
  IOC_NO_MATCH: { meaning: 'An immediate-or-cancel order found nothing to match.', benign: true },
  NO_LIQUIDITY: { meaning: 'The book is empty on the side needed.', benign: false },
  BAD_TRIGGER_PRICE: { meaning: 'The trigger price is on the wrong side of the mark.', benign: false },
  INVALID_TRIGGER: { meaning: 'A trigger order must be reduce-only and on the side that closes.', benign: false },
  OPEN_INTEREST_CAP: { meaning: 'The market is at its open-interest cap; only reductions pass.', benign: false },
  ORACLE_DISTANCE: { meaning: 'The price is too far from the oracle or the reference price.', benign: false },
  MAX_POSITION: { meaning: 'The position would exceed what its leverage or margin tier allows.', benign: false },
  TOO_MANY_ORDERS: { meaning: 'The account has as many open orders as it may.', benign: false },
  MARKET_HALTED: { meaning: 'The venue or the deployer halted the market.', benign: false },
  CROSS_MARGIN: { meaning: 'Cross margin is not available in this market.', benign: false },
  ORDER_GONE: { meaning: 'The target was never placed, is already cancelled, or filled.', benign: true },
  MODIFY_FAILED: { meaning: 'A modify was refused; both order ids must be looked up.', benign: false },
  BUILDER_FEE: { meaning: 'The builder fee has not been approved.', benign: false },
  PRIORITY_FEE: { meaning: 'The staking balance does not cover the priority fee.', benign: false },
  INVALID_ACTION: { meaning: 'The request as a whole is malformed; nothing in it was executed.', benign: false },
  UNKNOWN_SIGNER: {
    meaning: 'The venue does not know the recovered signer: agent missing, expired, wrong network, or a bad signature.',
    benign: false,
  },
  NO_DEPOSIT: { meaning: 'The account has never deposited, or the signature recovers to a stranger.', benign: false },
  UNKNOWN_VAULT: { meaning: 'The vault or sub-account address is not registered.', benign: false },
  MULTI_SIG: { meaning: 'The account is a multi-sig; one signature is not enough.', benign: false },
  NONCE: { meaning: 'The nonce is too low, too high or used; this copy did not execute.', benign: false },
  RATE_LIMITED: { meaning: 'The address or the IP has used up its requests.', benign: false },
  POST_ONLY_MODE: { meaning: 'After a network upgrade only post-only orders are taken for a while.', benign: false },
  EXPIRED: { meaning: 'The action arrived after its expiry.', benign: false },
  UNMAPPED: { meaning: 'The venue said something this version does not know; `message` has its words.', benign: false },
} as const

export type RejectedReason = keyof typeof REJECTED_REASONS
