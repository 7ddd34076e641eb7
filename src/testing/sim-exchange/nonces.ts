/**
 * The nonces of one signer: the 100 highest are kept, and a new one must be unused, above the lowest kept, and
 * less than two days old or one day early.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import { actionErrors } from './words.js'

export type NonceBook = {
  /** Uses a nonce up, or says in the venue's words why it cannot be used. */
  take(nonce: number, blockTime: number): string | undefined
}

const KEPT = 100
const DAY_MS = 86_400_000

export function createNonceBook(): NonceBook {
  /** Ascending. */
  const kept: number[] = []
  return {
    take(nonce, blockTime) {
      const oldest = blockTime - 2 * DAY_MS
      const latest = blockTime + DAY_MS
      if (nonce <= oldest) return actionErrors.nonceTooLow(nonce, oldest)
      if (nonce >= latest) return actionErrors.nonceTooHigh(nonce, latest)
      let position = kept.length
      while (position > 0 && (kept[position - 1] ?? 0) > nonce) position--
      if (kept[position - 1] === nonce) return actionErrors.nonceDuplicate(nonce)
      if (position === 0 && kept.length === KEPT) return actionErrors.nonceTooLow(nonce, kept[0] ?? 0)
      kept.splice(position, 0, nonce)
      if (kept.length > KEPT) kept.shift()
      return undefined
    },
  }
}
