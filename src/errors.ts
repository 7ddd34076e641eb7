/**
 * Errors, sorted by what the caller does next.
 *
 * `TypeError` and `RangeError`: fix the call. `NotSentError`: nothing left, safe to send again. Any other
 * `ExecutorError`: read its `code`. What becomes of an order is never an error; it is a value.
 */

export type ExecutorErrorCode =
  /** Nothing was written. */
  | 'NOT_SENT'
  /** The executor or the transport is closed. */
  | 'CLOSED'
  /** `start` was called twice. */
  | 'ALREADY_STARTED'
  /** The caller's signal fired, or the time given ran out. */
  | 'ABORTED'
  /** A question was written, and the connection ended before its answer. Safe to ask again. */
  | 'NO_ANSWER'
  /** The venue refused the request; the message has its words. */
  | 'VENUE_REFUSED'
  /** The venue's answer cannot be read; nothing is guessed from it. */
  | 'MALFORMED_ANSWER'
  /** A market asked for does not exist, is delisted, or cannot be verified. */
  | 'UNKNOWN_MARKET'
  /** The market has open orders; cancel them first. */
  | 'MARKET_IN_USE'
  /** The network has never heard of the account. */
  | 'UNKNOWN_ACCOUNT'
  /** `account` is an agent's address; it must be that of the account which the agent trades for. */
  | 'AGENT_AS_ACCOUNT'
  /** The network does not know the signer: not approved, no longer approved, or of the other network. */
  | 'UNKNOWN_SIGNER'
  /** The approval of the agent has ended. */
  | 'AGENT_EXPIRED'
  /** The signer is known, and acts for another account. */
  | 'SIGNER_NOT_ALLOWED'
  /** `vaultAddress` names no vault or sub-account of this network, or is missing for one. */
  | 'UNKNOWN_VAULT'
  /** The account is in another mode than `accountMode` says. */
  | 'ACCOUNT_MODE'
  /** The venue, or the market, does not take the configured leverage or margin mode. */
  | 'LEVERAGE_REFUSED'
  /** The signer failed, or signed for another address than expected. */
  | 'SIGN_FAILED'
  /** A key is not where it was said to be, or others can read it. */
  | 'KEY_UNAVAILABLE'
  /** A consumer of events did not keep up. */
  | 'CONSUMER_TOO_SLOW'
  /** Our clock and the venue's are too far apart for a nonce to be accepted. */
  | 'CLOCK_DRIFT'
  /** The kill switch cannot be reset yet: what it has set going is not done, or the account is not known to be flat. */
  | 'NOT_FLAT'
  /** Another process, or another executor in this one, has the journal; the message says who. */
  | 'JOURNAL_LOCKED'
  /** What the journal holds cannot be trusted: a damaged record, or one of another account or format. */
  | 'JOURNAL_CORRUPT'
  /** The journal could not be read or written: a full disk, missing rights, or it is not open. */
  | 'JOURNAL_FAILED'

/** Shared by every copy of the package in a process, so that ESM and CJS copies recognise each other's errors. */
const BRAND: symbol = /* @__PURE__ */ Symbol.for('hip3-executor.error')

export class ExecutorError extends Error {
  override readonly name: string = 'ExecutorError'
  readonly code: ExecutorErrorCode

  constructor(code: ExecutorErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Not a byte has left; sending again is safe. */
export class NotSentError extends ExecutorError {
  override readonly name: string = 'NotSentError'

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('NOT_SENT', message, options)
  }
}

/** Whether a value is an error of this package, whichever copy of the package made it. */
export function isExecutorError(value: unknown): value is ExecutorError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
}
