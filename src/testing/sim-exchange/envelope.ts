/**
 * The signed request around an action, and who signed it.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
import { type Address, address, type Hex, type Network } from '../../model/account.js'
import type { Signer } from '../../ports.js'
import { l1ActionHash, l1Digest } from '../../wire/l1-hash.js'
import { type Action, decodeAction } from './actions.js'
import { addressText, fields, integer, optional, text, Undecodable } from './decode.js'
import type { RecoverableSignature } from './signers.js'
import { decodeUserAction, type UserAction, userDigest } from './user-actions.js'

export type Envelope = {
  readonly action: Action | UserAction
  readonly nonce: number
  readonly signature: RecoverableSignature
  readonly vaultAddress: Address | undefined
  readonly expiresAfter: number | undefined
}

/** @throws {Undecodable} when the venue could not read it either */
export function decodeEnvelope(payload: unknown): Envelope {
  const envelope = fields(payload, 'request')
  const signature = fields(envelope['signature'], 'signature')
  const v = signature['v']
  if (v !== 27 && v !== 28) throw new Undecodable('signature.v: expected 27 or 28')
  return {
    action: decodeUserAction(fields(envelope['action'], 'action')) ?? decodeAction(envelope['action']),
    nonce: integer(envelope['nonce'], 'nonce'),
    signature: { r: scalar(signature['r'], 'signature.r'), s: scalar(signature['s'], 'signature.s'), v },
    vaultAddress: optional(envelope['vaultAddress'], addressText, 'vaultAddress'),
    expiresAfter: optional(envelope['expiresAfter'], integer, 'expiresAfter'),
  }
}

/** Thirty-two bytes; leading zeros may be missing. */
function scalar(value: unknown, path: string): Hex {
  const hex = text(value, path)
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(hex)) throw new Undecodable(`${path}: expected up to 32 bytes of hex`)
  return `0x${hex.slice(2).padStart(64, '0')}`
}

/** What the signer signed. */
export function envelopeDigest(envelope: Envelope, network: Network): Hex {
  const { action, nonce, vaultAddress, expiresAfter } = envelope
  if ('hyperliquidChain' in action) return userDigest(action)
  return l1Digest(l1ActionHash(action, { nonce, vaultAddress, expiresAfter }), network)
}

/** The address a signature of {@link createUnverifiedSigner} stands for. */
export function claimedSigner(envelope: Envelope): Address {
  return `0x${envelope.signature.r.slice(-40).toLowerCase()}`
}

/**
 * A signer for an exchange made with `verifySignatures: false`: it writes its address where the signature would be.
 * Quick and synchronous, for load and for tests that are not about signing; the venue itself would refuse it.
 *
 * @throws {TypeError | RangeError} when the address is malformed
 */
export function createUnverifiedSigner(signerAddress: string): Signer {
  const own = address(signerAddress, 'signerAddress')
  return {
    address: own,
    sign: () => ({ r: `0x${own.slice(2).padStart(64, '0')}`, s: `0x${'1'.padStart(64, '0')}`, v: 27 }),
  }
}
