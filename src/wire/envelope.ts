/**
 * The signed request: one immutable object from which both the hash and the payload are derived, so that the vault
 * and the expiry are in both or in neither.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { type Address, address } from '../model/account.js'
import type { Signature } from '../ports.js'
import type { Action } from './actions.js'

export type UnsignedRequest = {
  readonly action: Action
  readonly nonce: number
  readonly vaultAddress?: Address | undefined
  /** Unix ms. */
  readonly expiresAfter?: number | undefined
}

export type SignedPayload = {
  readonly action: Action
  readonly nonce: number
  readonly signature: Signature
  readonly vaultAddress?: Address
  readonly expiresAfter?: number
}

export function signedPayload(request: UnsignedRequest, signature: Signature): SignedPayload {
  const { action, nonce, vaultAddress, expiresAfter } = request
  const payload: { -readonly [K in keyof SignedPayload]: SignedPayload[K] } = { action, nonce, signature }
  if (vaultAddress !== undefined) payload.vaultAddress = address(vaultAddress, 'vaultAddress')
  if (expiresAfter !== undefined) payload.expiresAfter = expiresAfter
  return payload
}
