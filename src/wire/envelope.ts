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
  if (vaultAddress === undefined) {
    return expiresAfter === undefined ? { action, nonce, signature } : { action, nonce, signature, expiresAfter }
  }
  const vault = { action, nonce, signature, vaultAddress: address(vaultAddress, 'vaultAddress') }
  return expiresAfter === undefined ? vault : { ...vault, expiresAfter }
}
