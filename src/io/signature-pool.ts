/**
 * Signatures prepared ahead: the half that needs no digest is made in idle time, so that signing is one multiplication.
 *
 * The danger of the scheme is a half used twice, which gives the key away. So each is taken out of memory before it is used,
 * none can leave the process, and all are dropped when the process may have been copied. Their nonces are drawn from the
 * system's randomness and hedged with the key and a count, so that neither a weak source nor a repeated seed alone repeats
 * one. When there is none ready, the deterministic way signs, and a counter says so. See docs/signing.md.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6979 section 3.6
 * @see https://eprint.iacr.org/2019/1155 on hedged signatures
 */
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, stringToBytes } from 'viem/utils'
import type { Hex } from '../model/account.js'
import { wholeNumber } from '../model/guards.js'
import type { Clock, Signature } from '../ports.js'
import { complete, deriveNonce, type HalfSignature, halfSignature, type SecretKey } from './ecdsa.js'
import { createHalfStore } from './half-store.js'
import { createCopyCheck, processIds } from './process-copy.js'
import { createSystemClock } from './system-clock.js'

export type SignaturePoolOptions = {
  /** How many are kept ready. Default: 256. */
  readonly size?: number | undefined
  /**
   * `idle` makes one at a time whenever nothing has been signed for a moment; each holds the event loop up for as long as
   * an ordinary signature takes. With `manual` you say when, by `fill`. Default: `idle`.
   */
  readonly refill?: 'idle' | 'manual' | undefined
  /** Every so manieth signature is checked before it is handed out. Default: 256. */
  readonly verifyEvery?: number | undefined
  readonly clock?: Clock | undefined
  /** Ids of the process that are others in a copy of it. Default: its own and its parent's, where there are such. */
  readonly processIds?: (() => string) | undefined
}

export type SignaturePoolStats = {
  readonly ready: number
  /** Signed with a prepared half. */
  readonly signed: number
  /** Signed the deterministic way, because none was ready. */
  readonly fallbacks: number
  /** Thrown away because the process may have been copied. */
  readonly dropped: number
  /** Checked before they were handed out, those at the start included. */
  readonly verified: number
  /** `broken`: a check or the backend has failed, and nothing prepared is used any more. */
  readonly state: 'unused' | 'open' | 'closed' | 'broken'
}

export type SignaturePool = {
  /** Makes up to so many more, by default until it is full; returns how many. */
  fill(count?: number): number
  readonly stats: SignaturePoolStats
  /** Overwrites what is ready and makes no more. Its signer goes on the deterministic way. */
  close(): void
  /** Called once, by the signer that it is handed to. @throws {TypeError} the second time */
  attach(owner: PoolOwner): (digest: Hex) => Signature | undefined
}

export type PoolOwner = {
  readonly key: SecretKey
  /** Whether the signer's address is recovered from the signature. */
  isOurs(digest: Hex, signature: Signature): boolean
}

/** How long nothing must have been signed before the pool takes time for itself. */
const IDLE_AFTER_MS = 2
const DOMAIN = 'hip3-executor prepared signature'
/** Tells pools of one key apart that were made in the same instant. */
let poolsMade = 0

/** @throws {RangeError} when an option is out of range */
export function createSignaturePool(options: SignaturePoolOptions = {}): SignaturePool {
  const size = wholeNumber(options.size ?? 256, 'size', 1, 1_000_000)
  const verifyEvery = wholeNumber(options.verifyEvery ?? 256, 'verifyEvery', 1)
  const { refill: refillWhen = 'idle' } = options
  if (refillWhen !== 'idle' && refillWhen !== 'manual') {
    throw new RangeError(`refill: expected "idle" or "manual", got ${JSON.stringify(refillWhen)}`)
  }
  const clock = options.clock ?? createSystemClock()
  const ids = options.processIds ?? processIds
  const copyCheck = createCopyCheck(clock, ids)
  const store = createHalfStore(size)
  poolsMade += 1
  const pool = poolsMade
  const counts = { signed: 0, fallbacks: 0, dropped: 0, verified: 0 }
  let owner: PoolOwner | undefined
  let state: SignaturePoolStats['state'] = 'unused'
  let made = 0
  let isChecked = false
  let wasBusy = false
  let cancelRefill: (() => void) | undefined

  function dropIfCopied(): void {
    if (!copyCheck.hasChanged()) return
    counts.dropped += store.wipe()
    isChecked = false
  }

  /** A count, the time and the process in the place of the digest, randomness in that of additional data. */
  function makeHalf(key: SecretKey): HalfSignature {
    made += 1
    const unique = `${DOMAIN} ${pool}.${made} ${clock.now()} ${clock.monotonic()} ${ids()}`
    const seed = [sha256(stringToBytes(unique)), crypto.getRandomValues(new Uint8Array(32))]
    return deriveNonce(key, seed, (k) => halfSignature(key, k))
  }

  function fill(count = size): number {
    wholeNumber(count, 'count', 0)
    if (owner === undefined || state !== 'open') return 0
    dropIfCopied()
    const before = store.length
    try {
      if (!isChecked) check(owner)
      while (state === 'open' && store.length < Math.min(before + count, size)) store.put(makeHalf(owner.key))
    } catch {
      // A backend that throws; and its error may quote what it was given.
      end('broken')
    }
    return Math.max(0, store.length - before)
  }

  /** One signature that nobody will see, of a digest that nobody knows. */
  function check({ key, isOurs }: PoolOwner): void {
    const digest = bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
    const signature = complete(makeHalf(key), digest)
    isChecked = true
    counts.verified += 1
    if (signature === undefined || !isOurs(digest, signature)) end('broken')
  }

  function refillLater(): void {
    wasBusy = true
    if (refillWhen === 'idle' && cancelRefill === undefined && state === 'open') schedule(IDLE_AFTER_MS)
  }

  function schedule(ms: number): void {
    cancelRefill = clock.schedule(refill, ms, { background: true })
  }

  function refill(): void {
    cancelRefill = undefined
    const isIdle = !wasBusy
    wasBusy = false
    if (isIdle) fill(1)
    if (state === 'open' && store.length < size) schedule(isIdle ? 0 : IDLE_AFTER_MS)
  }

  function end(how: 'closed' | 'broken'): void {
    state = how
    store.wipe()
    cancelRefill?.()
    cancelRefill = undefined
  }

  function signPrepared(digest: Hex): Signature | undefined {
    if (owner === undefined || state !== 'open') return undefined
    dropIfCopied()
    const half = store.take()
    refillLater()
    const signature = half && complete(half, digest)
    if (signature === undefined || (counts.signed + 1) % verifyEvery !== 0) return signature
    counts.verified += 1
    if (owner.isOurs(digest, signature)) return signature
    end('broken')
    return undefined
  }

  function sign(digest: Hex): Signature | undefined {
    const signature = signPrepared(digest)
    counts[signature === undefined ? 'fallbacks' : 'signed'] += 1
    return signature
  }

  return {
    fill,
    get stats() {
      return { ready: store.length, ...counts, state }
    },
    close() {
      if (state !== 'broken') end('closed')
    },
    attach(by) {
      if (state !== 'unused') throw new TypeError('prepare: this pool has served a signer already, or was closed')
      owner = by
      state = 'open'
      refillLater()
      return sign
    },
  }
}
