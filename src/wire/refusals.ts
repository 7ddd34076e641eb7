/**
 * From the venue's sentences to our closed list of reasons.
 *
 * The venue speaks prose, sometimes with an asset id behind it; it is matched by the part that carries the meaning.
 * A sentence nobody here has seen is `UNMAPPED` and keeps its words.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/error-responses
 */
import type { RejectedReason } from '../model/reasons.js'

/** First match wins, so the narrower phrase stands before the wider one. All lower case. */
const PHRASES: readonly (readonly [phrase: string, reason: RejectedReason])[] = [
  // A failed modify may quote why; what matters is that either order may now rest.
  ['cannot modify', 'MODIFY_FAILED'],
  ['during modify', 'MODIFY_FAILED'],
  ['modify to invalid', 'MODIFY_FAILED'],
  ['divisible by tick size', 'TICK'],
  ['more aggressive than oracle', 'OPEN_INTEREST_CAP'],
  ['open interest', 'OPEN_INTEREST_CAP'],
  ['away from the reference price', 'ORACLE_DISTANCE'],
  ['too far from oracle', 'ORACLE_DISTANCE'],
  ['invalid price', 'INVALID_PRICE'],
  ['invalid size', 'INVALID_SIZE'],
  ['zero size', 'INVALID_SIZE'],
  ['order value too large', 'INVALID_SIZE'],
  ['size cannot be larger', 'INVALID_SIZE'],
  ['minimum value', 'MIN_VALUE'],
  ['margin tier', 'MAX_POSITION'],
  ['cross margin', 'CROSS_MARGIN'],
  ['insufficient margin', 'INSUFFICIENT_MARGIN'],
  ['insufficient spot balance', 'INSUFFICIENT_MARGIN'],
  ['reduce only order would increase', 'REDUCE_ONLY'],
  ['post only order would have', 'POST_ONLY_WOULD_MATCH'],
  ['could not immediately match', 'IOC_NO_MATCH'],
  ['no liquidity available', 'NO_LIQUIDITY'],
  ['invalid tp/sl price', 'BAD_TRIGGER_PRICE'],
  ['trigger order is not reduce only', 'INVALID_TRIGGER'],
  ['trigger order has unexpected side', 'INVALID_TRIGGER'],
  ['too many open orders', 'TOO_MANY_ORDERS'],
  ['trading is halted', 'MARKET_HALTED'],
  ['never placed, already canceled, or filled', 'ORDER_GONE'],
  ['builder fee', 'BUILDER_FEE'],
  ['insufficient delegatable balance', 'PRIORITY_FEE'],
  ['orders are empty', 'INVALID_ACTION'],
  ['different asset classes', 'INVALID_ACTION'],
  ['nonzero cloid', 'INVALID_ACTION'],
  ['user or api wallet', 'UNKNOWN_SIGNER'],
  ['must deposit', 'NO_DEPOSIT'],
  ['vault not registered', 'UNKNOWN_VAULT'],
  ['multi-sig required', 'MULTI_SIG'],
  ['nonce', 'NONCE'],
  ['too many cumulative requests', 'RATE_LIMITED'],
  ['too many pending post', 'RATE_LIMITED'],
  ['too many requests', 'RATE_LIMITED'],
  ['only post-only orders', 'POST_ONLY_MODE'],
  ['expired', 'EXPIRED'],
]

export function classifyRefusal(message: string): RejectedReason {
  const text = message.toLowerCase()
  return PHRASES.find(([phrase]) => text.includes(phrase))?.[1] ?? 'UNMAPPED'
}
