/**
 * Noops that were signed ahead, one for each request without an answer. They have the nonce of that request and may leave
 * as often as one likes: of all copies the chain takes one.
 */
import type { SentAs } from '../control/order-ledger.js'
import type { Address } from '../model/account.js'
import type { SignedPayload } from '../wire/envelope.js'
import type { Parts } from './parts.js'
import type { Sign } from './sign.js'

export type PresignedNoops = {
  /** Signs one that is missing, and drops what nobody needs any more; nothing when there is none to be made. */
  next(): (() => Promise<void>) | undefined
  get(nonce: number, by: Address): SignedPayload | undefined
}

export function createPresignedNoops(
  { orders, signers }: Pick<Parts, 'orders' | 'signers'>,
  sign: Pick<Sign, 'noop'>,
): PresignedNoops {
  const kept = new Map<string, SignedPayload>()

  function unanswered(): ReadonlyMap<string, SentAs> {
    const requests = new Map<string, SentAs>()
    for (const { status, sent } of orders.open()) {
      const isAsked = (status === 'inFlight' || status === 'unknown') && sent !== undefined
      if (isAsked && signers.get(sent.signer) !== undefined) requests.set(keyOf(sent.nonce, sent.signer), sent)
    }
    return requests
  }

  async function make(key: string, { nonce, signer }: SentAs): Promise<void> {
    const payload = await sign.noop(nonce, signer)
    if (payload !== undefined) kept.set(key, payload)
  }

  return {
    next() {
      const requests = unanswered()
      for (const key of kept.keys()) if (!requests.has(key)) kept.delete(key)
      for (const [key, sent] of requests) if (!kept.has(key)) return () => make(key, sent)
      return undefined
    },
    get: (nonce, by) => kept.get(keyOf(nonce, by)),
  }
}

const keyOf = (nonce: number, by: Address): string => `${by} ${nonce}`
