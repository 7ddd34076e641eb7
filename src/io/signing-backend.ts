/**
 * Faster implementations of what a key signer computes, handed in as values: nothing is loaded that was not asked for.
 *
 * One that is wrong would have every order refused, or give the key away, so it is compared with the portable one before
 * its first use. RFC 6979 leaves nothing to choose, which makes "the same signature" a complete test.
 */
import { secp256k1 as portable } from '@noble/curves/secp256k1'
import { bytesToHex, hexToBytes } from 'viem/utils'
import { ExecutorError } from '../errors.js'
import type { Hex } from '../model/account.js'
import type { Keccak256, Signature } from '../ports.js'
import { keccak256 as portableKeccak256 } from '../wire/keccak.js'
import { type CurvePoint, scalarOf, wordBytesOf } from './ecdsa.js'

export type Secp256k1 = {
  /** A signature of a 32-byte digest: r and s in 64 bytes, the nonce by RFC 6979, s the lower of the two. */
  sign(digest: Uint8Array, key: Uint8Array): { readonly signature: Uint8Array; readonly recovery: number }
  /** The public key of a key: 65 bytes, uncompressed. */
  publicKey(key: Uint8Array): Uint8Array
}

export type SigningBackend = {
  /** Default: the noble library's curve. */
  readonly secp256k1?: Secp256k1 | undefined
  /** Default: our own. */
  readonly keccak256?: Keccak256 | undefined
}

/** Inputs that end right before, at and after the end of a block, and an empty one. */
const KECCAK_LENGTHS = [0, 66, 135, 136, 137, 1_000]

/** @throws {ExecutorError} `SIGN_FAILED` when a backend does not compute what the portable one computes */
export function assertAgrees({ secp256k1, keccak256 }: SigningBackend, key: Uint8Array): void {
  if (keccak256 !== undefined) {
    for (const length of KECCAK_LENGTHS) {
      const bytes = Uint8Array.from({ length }, (_, index) => index)
      if (
        !isSame(
          attempt(() => keccak256(bytes)),
          portableKeccak256(bytes),
        )
      )
        disagrees('keccak256')
    }
  }
  if (secp256k1 !== undefined) {
    const digest = portableKeccak256(new Uint8Array(32))
    const expected = portable.sign(digest, key, { lowS: true })
    const made = attempt(() => secp256k1.sign(digest, key))
    if (!isSame(made?.signature, expected.toCompactRawBytes()) || made?.recovery !== expected.recovery) {
      disagrees('secp256k1.sign')
    }
    if (
      !isSame(
        attempt(() => secp256k1.publicKey(key)),
        portable.getPublicKey(key, false),
      )
    ) {
      disagrees('secp256k1.publicKey')
    }
  }
}

/** The signer of digests that a backend makes of a key. */
export function signWith({ sign }: Secp256k1, key: Uint8Array): (digest: Hex) => Signature {
  return (digest) => {
    const made = attempt(() => sign(hexToBytes(digest), key))
    if (made === undefined) throw new ExecutorError('SIGN_FAILED', 'the backend failed')
    const { signature, recovery } = made
    return {
      r: bytesToHex(signature.subarray(0, 32)),
      s: bytesToHex(signature.subarray(32)),
      v: recovery === 0 ? 27 : 28,
    }
  }
}

/** The multiples of the generator are the public keys. */
export function pointWith({ publicKey }: Secp256k1): (scalar: bigint) => CurvePoint {
  return (scalar) => {
    const bytes = publicKey(wordBytesOf(scalar))
    return { x: scalarOf(bytes.subarray(1, 33)), y: scalarOf(bytes.subarray(33)) }
  }
}

/** An error of the backend's own may quote its input, which is the key. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}

function isSame(made: Uint8Array | undefined, expected: Uint8Array): boolean {
  return made !== undefined && made.length === expected.length && made.every((byte, index) => byte === expected[index])
}

function disagrees(what: string): never {
  throw new ExecutorError('SIGN_FAILED', `the backend's ${what} differs from the portable one`)
}
