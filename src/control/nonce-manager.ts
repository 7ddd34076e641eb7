/**
 * Nonces: strictly rising per signer address, close to the venue's clock, never handed out twice.
 *
 * The venue keeps the 100 highest nonces of a signer and takes a new one that is unused, above the lowest of those,
 * and within two days before and one day after its own time. So a nonce is the larger of "one more than the last"
 * and the venue's time as we know it. Handed out synchronously, right before signing.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import { ExecutorError } from '../errors.js'
import { finiteTime, wholeNumber } from '../model/guards.js'
import { createNonceWindow } from './nonce-window.js'

export type NonceManagerOptions = {
  /** The highest nonce ever used by this signer, from before a restart. Default: 0. */
  readonly highWaterMark?: number | undefined
  /** One of `count` processes that share a signer: each uses its own residue class. Default: alone. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined
  /** Drift above which `observe` answers `warn`. Default: 2000. */
  readonly warnDriftMs?: number | undefined
  /** Drift above which `observe` answers `refuse`, and new orders must stop. Default: 5000. */
  readonly maxDriftMs?: number | undefined
}

export type Drift = {
  /** Our clock minus the venue's. */
  readonly driftMs: number
  readonly level: 'ok' | 'warn' | 'refuse'
}

export type NonceManager = {
  /**
   * The next nonce.
   *
   * @param now our wall clock, Unix ms
   * @throws {ExecutorError} `CLOCK_DRIFT` when only a nonce outside the venue's window is left
   * @throws {RangeError} when `now` is not a finite number
   */
  next(now: number): number
  /**
   * A nonce for what is signed now and sent later, or never; it counts as used from `spend` on. The same errors as `next`.
   */
  reserve(now: number): number
  /** Tells that a reserved nonce is about to be sent. */
  spend(nonce: number): void
  /**
   * How far a reserved nonce has come towards being refused: from 1 on it is not to be relied on, because 50 used ones are
   * above it, half of what the venue keeps, or because it is a day old, half of what the venue allows. Of the other shards
   * it is assumed that they use as many as this one.
   *
   * @param now our wall clock, Unix ms
   */
  wear(nonce: number, now: number): number
  /** Never again hands out this nonce or one below it: another life of the process may have used it. */
  raise(highWaterMark: number): void
  /** Learns the venue's time. The offset is used at once; the level says whether new orders may go on. */
  observe(serverTime: number, now: number): Drift
  /** The venue's time as we know it, Unix ms. */
  serverTime(now: number): number
  readonly drift: Drift
  /** The highest nonce handed out; persist it, and hand it back after a restart. */
  readonly highWaterMark: number
}

const DAY_MS = 86_400_000
/** A minute inside the venue's window, so that a nonce does not fall out of it on the way. */
const WINDOW_AHEAD_MS = DAY_MS - 60_000
/**
 * Half of the venue's 100. The other half is for requests that overtake a late one on its way, and for others who sign with
 * the same key.
 */
const MOST_ABOVE = 50

/** @throws {RangeError} when an option is out of range */
export function createNonceManager(options: NonceManagerOptions = {}): NonceManager {
  const warnDriftMs = wholeNumber(options.warnDriftMs ?? 2_000, 'warnDriftMs')
  const maxDriftMs = wholeNumber(options.maxDriftMs ?? 5_000, 'maxDriftMs')
  if (warnDriftMs >= maxDriftMs) throw new RangeError('warnDriftMs: expected less than maxDriftMs')
  const { index, count } = options.shard ?? { index: 0, count: 1 }
  wholeNumber(count, 'shard.count')
  if (wholeNumber(index, 'shard.index', 0) >= count) throw new RangeError('shard.index: expected less than shard.count')
  let last = wholeNumber(options.highWaterMark ?? 0, 'highWaterMark', 0)
  let drift: Drift = { driftMs: 0, level: 'ok' }
  const used = createNonceWindow(MOST_ABOVE)

  const serverTime = (now: number): number => Math.floor(finiteTime(now, 'now') - drift.driftMs)

  function reserve(now: number): number {
    const venueTime = serverTime(now)
    const earliest = Math.max(last + 1, venueTime)
    const nonce = earliest + ((index - (earliest % count) + count) % count)
    if (nonce >= venueTime + WINDOW_AHEAD_MS) {
      throw new ExecutorError(
        'CLOCK_DRIFT',
        `the next nonce ${nonce} is a day ahead of the venue's clock: an earlier one was made by a clock that ran ahead`,
      )
    }
    last = nonce
    return nonce
  }

  return {
    next(now) {
      const nonce = reserve(now)
      used.use(nonce)
      return nonce
    },
    reserve,
    spend: used.use,
    wear: (nonce, now) => Math.max((used.above(nonce) * count) / MOST_ABOVE, (serverTime(now) - nonce) / DAY_MS),
    raise(highWaterMark) {
      last = Math.max(last, wholeNumber(highWaterMark, 'highWaterMark', 0))
    },
    observe(venueTime, now) {
      const driftMs = finiteTime(now, 'now') - finiteTime(venueTime, 'serverTime')
      const size = Math.abs(driftMs)
      drift = { driftMs, level: size > maxDriftMs ? 'refuse' : size > warnDriftMs ? 'warn' : 'ok' }
      return drift
    },
    serverTime,
    get drift() {
      return drift
    },
    get highWaterMark() {
      return last
    },
  }
}
