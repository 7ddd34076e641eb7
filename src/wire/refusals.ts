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
const PHRASES: Readonly<Record<Exclude<RejectedReason, 'UNMAPPED'>, readonly string[]>> = {
  // A failed modify may quote why; what matters is that either order may now rest.
  MODIFY_FAILED: ['cannot modify', 'during modify', 'modify to invalid'],
  TICK: ['divisible by tick size'],
  OPEN_INTEREST_CAP: ['more aggressive than oracle', 'open interest'],
  ORACLE_DISTANCE: ['away from the reference price', 'too far from oracle'],
  INVALID_PRICE: ['invalid price'],
  INVALID_SIZE: ['invalid size', 'zero size', 'order value too large', 'size cannot be larger'],
  MIN_VALUE: ['minimum value'],
  MAX_POSITION: ['margin tier'],
  CROSS_MARGIN: ['cross margin'],
  INSUFFICIENT_MARGIN: ['insufficient margin', 'insufficient spot balance'],
  REDUCE_ONLY: ['reduce only order would increase'],
  POST_ONLY_WOULD_MATCH: ['post only order would have'],
  IOC_NO_MATCH: ['could not immediately match'],
  NO_LIQUIDITY: ['no liquidity available'],
  BAD_TRIGGER_PRICE: ['invalid tp/sl price'],
  INVALID_TRIGGER: ['trigger order is not reduce only', 'trigger order has unexpected side'],
  TOO_MANY_ORDERS: ['too many open orders'],
  MARKET_HALTED: ['trading is halted'],
  ORDER_GONE: ['never placed, already canceled, or filled'],
  BUILDER_FEE: ['builder fee'],
  PRIORITY_FEE: ['insufficient delegatable balance'],
  INVALID_ACTION: ['orders are empty', 'different asset classes', 'nonzero cloid'],
  UNKNOWN_SIGNER: ['user or api wallet'],
  NO_DEPOSIT: ['must deposit'],
  UNKNOWN_VAULT: ['vault not registered'],
  MULTI_SIG: ['multi-sig required'],
  NONCE: ['nonce'],
  RATE_LIMITED: ['too many cumulative requests', 'too many pending post', 'too many requests'],
  POST_ONLY_MODE: ['only post-only orders'],
  EXPIRED: ['expired'],
}

const IN_ORDER: readonly { readonly phrase: string; readonly reason: RejectedReason }[] =
  /* @__PURE__ */ Object.entries(PHRASES).flatMap(([reason, phrases]) =>
    phrases.map((phrase) => ({ phrase, reason: reason as RejectedReason })),
  )

/** The figures in the refusal of an action for the number of those before it. */
export function actionCountIn(message: string): { readonly used: number; readonly limit: number } | undefined {
  const found = /too many cumulative requests sent \((\d+) > (\d+)\)/i.exec(message)
  return found ? { used: Number(found[1]), limit: Number(found[2]) } : undefined
}

/** The dead man's switch is there only for accounts that have traded enough. */
export const isVolumeGate = (message: string): boolean => /until enough volume traded/i.test(message)

export function classifyRefusal(message: string): RejectedReason {
  const text = message.toLowerCase()
  return IN_ORDER.find(({ phrase }) => text.includes(phrase))?.reason ?? 'UNMAPPED'
}
