/**
 * What the executor needs from the world outside, as types. The host bot supplies these or takes ours.
 *
 * Each module asks for the slice it uses (`Pick<Clock, 'monotonic'>`), so a signature tells what it can do.
 */
import type { Address, Hex, Network } from './model/account.js'
import type { ClientOrderId } from './model/ids.js'

/** Two times that must not be mixed up, and a way to be woken. */
export type Clock = {
  /** Unix milliseconds. For nonces and expiry only: it may step, in either direction. */
  now(): number
  /** Milliseconds that never step back. For every age, window and timeout. */
  monotonic(): number
  /**
   * Calls `fn` once after `ms` milliseconds. Returns a function that cancels it.
   *
   * @param options.background a timer nobody awaits: it must not keep the process alive
   */
  schedule(fn: () => void, ms: number, options?: { readonly background?: boolean }): () => void
}

/** A recoverable secp256k1 signature as the venue takes it: padded hex and the number 27 or 28. */
export type Signature = { readonly r: Hex; readonly s: Hex; readonly v: 27 | 28 }

/**
 * What the digest was made of, for a wallet that signs typed data and no bare digest.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
export type PhantomAgent = { readonly network: Network; readonly connectionId: Hex }

/** keccak-256 of some bytes, which may be overwritten after the call: 32 bytes that are the caller's own. */
export type Keccak256 = (bytes: Uint8Array) => Uint8Array

/** Signs a 32-byte digest. Synchronous when the key is at hand; a promise when it is elsewhere. */
export type Signer = {
  /** The address the venue recovers from the signature: the agent's, when an agent signs. */
  readonly address: Address
  sign(digest: Hex, agent: PhantomAgent): Signature | Promise<Signature>
  /** What the digests it signs are best made with. Default: our own, which runs everywhere. */
  readonly keccak256?: Keccak256 | undefined
}

/** Fresh client order ids: 128 random bits, never zero. */
export type IdSource = () => ClientOrderId

/** One request to the venue: a signed action, or a question about the world. */
export type PostRequest = {
  readonly type: 'action' | 'info'
  readonly payload: { readonly [key: string]: unknown }
}

/**
 * What came of a written request. `lost` says that no answer can come any more on this connection:
 * the request may or may not have been executed.
 */
export type PostReply =
  | { readonly status: 'answered'; readonly payload: unknown }
  | { readonly status: 'refused'; readonly message: string }
  | { readonly status: 'lost'; readonly why: string }

/** Why a request was not written. In every one of these cases not a byte has left. */
export type NotWrittenReason = 'closed' | 'connecting' | 'throttled' | 'backpressure'

export type PostResult =
  | { readonly written: true; readonly reply: Promise<PostReply> }
  | { readonly written: false; readonly why: NotWrittenReason }

export type TransportState = {
  readonly status: 'idle' | 'connecting' | 'open' | 'closed'
  /** Rises by one on every new connection. What was learnt on an older one may be out of date. */
  readonly generation: number
  /** Whether the venue has confirmed every kept subscription on this connection. */
  readonly isSubscribed: boolean
  /**
   * Whether cancels, reduce-only orders and questions are carried although it is not `open`; new orders never are. Absent:
   * they are not.
   */
  readonly carriesExits?: boolean | undefined
  /** Why it is not open, or not every subscription confirmed, for people; as far as that is known. */
  readonly why?: string | undefined
  /** Until when the feeds of the last connection are known to have been whole, monotonic ms. Absent: until it was lost. */
  readonly heardUntil?: number | undefined
}

export type Subscription = {
  /** Settles when the venue first confirms the subscription; rejects when it refuses it or the transport closes. */
  readonly confirmed: Promise<void>
  /** The connection on which the venue last confirmed it. */
  readonly generation: number | undefined
  unsubscribe(): void
}

/** A connection to the venue that never buffers: a request leaves in the call, or the call says why it did not. */
export type Transport = {
  /** Which network it leads to. Decides what is signed, so that the two can never differ. */
  readonly network: Network
  /** Opens the connection if it is not open. Settles when the socket can be written to. */
  connect(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Hands the frame to the network in this call, or not at all. */
  post(request: PostRequest): PostResult
  /** Keeps a feed alive across reconnects. The listener sees the `data` of the feed's frames. */
  subscribe(
    subscription: { readonly type: string; readonly [key: string]: unknown },
    listener: (data: unknown) => void,
  ): Subscription
  readonly state: TransportState
  /** Frames written so far, pings and subscriptions included; the venue limits them. Absent where there are none. */
  readonly framesWritten?: number | undefined
  onState(listener: (state: TransportState) => void): () => void
  /**
   * From here on the connection does not keep the process alive: whoever uses it decides. Absent where none ever does.
   */
  unref?(): void
  close(): Promise<void>
}

/** Asks the venue one question and hands back its raw answer. A question changes nothing, so it may be asked again. */
export type Ask = (
  request: { readonly type: string; readonly [key: string]: string | number },
  options?: AskOptions,
) => Promise<unknown>

export type AskOptions = {
  readonly signal?: AbortSignal | undefined
  /** Default: 10000. */
  readonly timeoutMs?: number | undefined
}

/** One fact worth keeping. Plain JSON values only: what cannot be spelled in JSON does not come back. */
export type JournalRecord = { readonly kind: string; readonly [key: string]: unknown }

/** Whose journal it is. Orders and positions belong to the account, whoever signs for it. */
export type JournalOwner = { readonly network: Network; readonly account: Address }

/** Where the executor writes down what it is about to do, so that a restart knows. It does not read what it keeps. */
export type Journal = {
  /**
   * Takes the journal for this owner. Until then, and after `close`, nothing can be read or written.
   *
   * @throws {ExecutorError} `JOURNAL_LOCKED`, `JOURNAL_CORRUPT` or `JOURNAL_FAILED`
   */
  open(owner: JournalOwner): Promise<void>
  /** Everything since the newest checkpoint, and the checkpoint itself, oldest first. */
  replay(): AsyncIterable<JournalRecord>
  /**
   * Keeps one record. When the call returns, or the promise it returns settles, the record survives the death of the
   * process. Records keep the order of the calls.
   *
   * @throws {ExecutorError} `JOURNAL_FAILED`, from the call or in its promise; later records may well succeed
   */
  append(record: JournalRecord): void | Promise<void>
  /** Whether the owner should make a checkpoint: much was appended since the last one, or a record was lost. */
  readonly wantsCheckpoint: boolean
  /**
   * Replaces everything appended before the call, atomically, by these records. They are read within the call; what is
   * appended after it is kept, even before the promise settles.
   *
   * @throws {ExecutorError} `JOURNAL_FAILED`, from the call or in its promise; the journal is then what it was
   */
  checkpoint(records: Iterable<JournalRecord>): void | Promise<void>
  close(): Promise<void>
}

/** Structured logging; pino and console both fit. */
export type Logger = {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}
