/**
 * Why an order did not do what was asked: one closed list, one line of meaning each.
 *
 * `denied` reasons are ours (the order never left), `rejected` reasons are the venue's. A benign reason says that
 * nothing is wrong: a strategy meets it every day, and no alarm or circuit breaker counts it.
 * The meanings are comments, where an editor shows them and no bot ships them; `docs/reasons.md` is generated from them.
 */

export const DENIED_REASONS = {
  /** The kill switch is on; only cancels and reduce-only orders pass. */
  HARD_STOP: { benign: false },
  /** Somebody halted the market; `value` says why and until when. Only cancels and reduce-only orders pass. */
  HALTED: { benign: false },
  /** The executor is not ready for new orders in this market; `readiness()` says what is missing. */
  NOT_READY: { benign: false },
  /** Our orders and positions are being compared with the venue’s, or differ from them; `value` says how. */
  RECONCILING: { benign: false },
  /** The market is not among those the executor was started with. */
  UNKNOWN_MARKET: { benign: false },
  /** A price that the check needs is missing or too old. */
  MARKET_DATA_UNAVAILABLE: { benign: false },
  /** The book has one side only, or is crossed. */
  BOOK_UNUSABLE: { benign: false },
  /** The venue’s time for this market runs back; denied until it has caught up. */
  TIME_REGRESSION: { benign: false },
  /** The mark is too far from the middle of the book. */
  MARK_MID_DIVERGENCE: { benign: false },
  /** The spread is many times what it usually is. */
  SPREAD_SHOCK: { benign: false },
  /** The market is at its open-interest cap; only reductions would be taken. */
  OPEN_INTEREST_CAPPED: { benign: false },
  /** The market is not what it was when it was loaded: delisted, or another lot, leverage or margin; `value` says which. */
  MARKET_CHANGED: { benign: false },
  /** It is a time of the week at which nothing new is to be begun. */
  BLACKOUT: { benign: true },
  /** The order alone is worth more than an order may be. */
  MAX_ORDER_NOTIONAL: { benign: false },
  /** What the account is worth on this dex is not known, or nothing. */
  BALANCE_UNKNOWN: { benign: false },
  /** The market holds as much of the account’s value as it may. */
  MAX_ACCOUNT_SHARE: { benign: false },
  /** No legal price is left after rounding (below the smallest tick). */
  PRICE_OFF_GRID: { benign: false },
  /** The price is further from the mark than the venue allows. */
  PRICE_OUT_OF_BAND: { benign: false },
  /** Nothing is left of the size after flooring it to the lot. */
  SIZE_TOO_SMALL: { benign: false },
  /** The order is worth less than the venue accepts. */
  BELOW_MINIMUM_VALUE: { benign: false },
  /** The market has no room left under its notional limit. */
  MAX_POSITION_PER_MARKET: { benign: false },
  /** All markets together would reach the total notional limit. */
  MAX_POSITION_TOTAL: { benign: false },
  /** As many markets as allowed already have a position or a pending order. */
  MAX_CONCURRENT_POSITIONS: { benign: false },
  /** As much was lost within the window as may be. */
  MAX_DRAWDOWN: { benign: false },
  /** Many positions were closed at once, and new orders pause; `value` is the wait in ms. */
  CORRELATION_COOLDOWN: { benign: false },
  /** The market was entered as often as it may be for now; `value` is the wait in ms. */
  BURST_SIGNAL: { benign: false },
  /** So many positions in a row lost that new orders pause; `value` is the wait in ms. */
  TILT_GUARD: { benign: false },
  /** The position of the market was closed a moment ago; `value` is the wait in ms. */
  RE_ENTRY_DELAY: { benign: false },
  /** Positions and pending entries, weighed by what goes up and down together, would be more than allowed. */
  CORRELATION_POSITION: { benign: false },
  /** A reduce-only order for this market is on its way. */
  FLATTEN_IN_PROGRESS: { benign: true },
  /** The market already has a position. */
  ALREADY_HAS_POSITION: { benign: true },
  /** The market already has an order that is not final. */
  PENDING_ORDER_EXISTS: { benign: true },
  /** The action budget of the window is used up; `value` is the wait in ms. */
  BUDGET_EXHAUSTED: { benign: true },
  /** The venue allows the account or the IP address no more for now; `limit` says what of, `value` what there is. */
  VENUE_LIMIT: { benign: false },
  /** A gate supplied by the host denied the order. */
  USER_GATE: { benign: false },
  /** A gate threw an error; an unanswered question denies. */
  GATE_FAILED: { benign: false },
  /** Our clock and the venue’s are too far apart for a nonce to be trusted. */
  CLOCK_DRIFT: { benign: false },
  /** The lane of the queue is full. */
  QUEUE_FULL: { benign: false },
  /** An order for the same purpose is already queued and took over price and size; `survivor` names it. */
  DEDUPLICATED: { benign: true },
  /** The order to modify is over, not known, not answered for, or on its way out; `value` says which. */
  NOT_MODIFIABLE: { benign: true },
  /** The journal could not keep the order, so it was not sent. */
  JOURNAL_FAILED: { benign: false },
  /** The signer failed or did not answer in time; nothing left. */
  SIGN_FAILED: { benign: false },
  /** The order could not be written within its time; nothing left. */
  NOT_SENT: { benign: false },
  /** The order was cancelled while it was still queued; nothing left. */
  CANCELED_BEFORE_SENT: { benign: true },
  /** The executor was closed before the order left. */
  CLOSED: { benign: false },
} as const

export type DeniedReason = keyof typeof DENIED_REASONS

export const REJECTED_REASONS = {
  /** The price is not on the tick grid. */
  TICK: { benign: false },
  /** The price is malformed or not allowed. */
  INVALID_PRICE: { benign: false },
  /** The size is malformed, zero or not on the lot grid. */
  INVALID_SIZE: { benign: false },
  /** The order is worth less than the venue’s minimum. */
  MIN_VALUE: { benign: true },
  /** The account has not enough margin. */
  INSUFFICIENT_MARGIN: { benign: false },
  /** A reduce-only order would increase the position, usually because another close came first. */
  REDUCE_ONLY: { benign: true },
  /** A post-only order would have matched at once. */
  POST_ONLY_WOULD_MATCH: { benign: false },
  /** An immediate-or-cancel order found nothing to match. */
  IOC_NO_MATCH: { benign: true },
  /** The book is empty on the side needed. */
  NO_LIQUIDITY: { benign: false },
  /** The trigger price is on the wrong side of the mark. */
  BAD_TRIGGER_PRICE: { benign: false },
  /** A trigger order must be reduce-only and on the side that closes. */
  INVALID_TRIGGER: { benign: false },
  /** The market is at its open-interest cap; only reductions pass. */
  OPEN_INTEREST_CAP: { benign: false },
  /** The price is too far from the oracle or the reference price. */
  ORACLE_DISTANCE: { benign: false },
  /** The position would exceed what its leverage or margin tier allows. */
  MAX_POSITION: { benign: false },
  /** The account has as many open orders as it may. */
  TOO_MANY_ORDERS: { benign: false },
  /** The venue or the deployer halted the market. */
  MARKET_HALTED: { benign: false },
  /** Cross margin is not available in this market. */
  CROSS_MARGIN: { benign: false },
  /** The target was never placed, is already cancelled, or filled. */
  ORDER_GONE: { benign: true },
  /** A modify was refused; both order ids must be looked up. */
  MODIFY_FAILED: { benign: false },
  /** The builder fee has not been approved. */
  BUILDER_FEE: { benign: false },
  /** The staking balance does not cover the priority fee. */
  PRIORITY_FEE: { benign: false },
  /** The request as a whole is malformed; nothing in it was executed. */
  INVALID_ACTION: { benign: false },
  /** The venue does not know the recovered signer: agent missing, expired, wrong network, or a bad signature. */
  UNKNOWN_SIGNER: { benign: false },
  /** The account has never deposited, or the signature recovers to a stranger. */
  NO_DEPOSIT: { benign: false },
  /** The vault or sub-account address is not registered. */
  UNKNOWN_VAULT: { benign: false },
  /** The account is a multi-sig; one signature is not enough. */
  MULTI_SIG: { benign: false },
  /** The nonce is too low, too high or used; this copy did not execute. */
  NONCE: { benign: false },
  /** The address or the IP has used up its requests. */
  RATE_LIMITED: { benign: false },
  /** After a network upgrade only post-only orders are taken for a while. */
  POST_ONLY_MODE: { benign: false },
  /** The action arrived after its expiry. */
  EXPIRED: { benign: false },
  /** The venue said something this version does not know; `message` has its words. */
  UNMAPPED: { benign: false },
} as const

export type RejectedReason = keyof typeof REJECTED_REASONS
