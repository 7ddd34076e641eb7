/**
 * ECDSA over secp256k1 in two halves.
 *
 * Nearly all of a signature's cost is its nonce k: deriving it, multiplying the generator by it, inverting it. None of
 * that needs the digest, which adds one multiplication at the end. The usual `sign` does both halves in one call; here
 * they are apart, so that the first can be done ahead. Curve, field and HMAC are those of the noble libraries, and the
 * signatures are, byte for byte, those of their `sign`.
 *
 * @see https://www.secg.org/sec1-v2.pdf section 4.1.3
 * @see https://www.rfc-editor.org/rfc/rfc6979 section 3.2, and section 3.6 for additional data
 */
import { invert } from '@noble/curves/abstract/modular'
import { secp256k1 } from '@noble/curves/secp256k1'
import { hmac } from '@noble/hashes/hmac'
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, concatBytes, numberToBytes } from 'viem/utils'
import { ExecutorError } from '../errors.js'
import type { Hex } from '../model/account.js'
import type { Signature } from '../ports.js'

export type CurvePoint = { readonly x: bigint; readonly y: bigint }

export type SecretKey = {
  readonly bytes: Uint8Array
  readonly scalar: bigint
  /** Multiplies the generator. */
  readonly pointOf: (scalar: bigint) => CurvePoint
}

/**
 * The half of a signature that does not depend on what is signed. For one signature only: two with the same half give
 * the key away, and so does the half itself.
 */
export type HalfSignature = {
  /** x of k·G. */
  readonly r: Hex
  /** Whether y of k·G is odd. */
  readonly isOdd: boolean
  /** 1/k. */
  readonly inverse: bigint
  /** r·d/k, where d is the key. */
  readonly share: bigint
}

const ORDER = secp256k1.CURVE.n
const HALF_ORDER = ORDER >> 1n
/** Already the second is never needed, unless the curve is not this curve. */
const MOST_TRIES = 10

/** The signature of a digest with the nonce that RFC 6979 derives from key and digest: always the same one. */
export function signDeterministic(key: SecretKey, digest: Hex): Signature {
  return deriveNonce(key, [wordBytesOf(BigInt(digest) % ORDER)], (k) => {
    const half = halfSignature(key, k)
    return half && complete(half, digest)
  })
}

/**
 * Draws nonces from the generator of RFC 6979, seeded with the key and what is given, until one is accepted.
 *
 * @param seed 32 bytes in the place of the digest, and after it additional data, if any
 * @throws {ExecutorError} `SIGN_FAILED` when none of many is
 */
export function deriveNonce<T>(
  { bytes }: SecretKey,
  seed: readonly Uint8Array[],
  accept: (k: bigint) => T | undefined,
): T {
  let chain: Uint8Array = new Uint8Array(32).fill(1)
  let secret: Uint8Array = new Uint8Array(32)
  const mix = (...parts: readonly Uint8Array[]): void => {
    secret = hmac(sha256, secret, concatBytes([chain, ...parts]))
    chain = hmac(sha256, secret, chain)
  }
  mix(Uint8Array.of(0), bytes, ...seed)
  mix(Uint8Array.of(1), bytes, ...seed)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    chain = hmac(sha256, secret, chain)
    const k = scalarOf(chain)
    const accepted = k > 0n && k < ORDER ? accept(k) : undefined
    if (accepted !== undefined) return accepted
    mix(Uint8Array.of(0))
  }
  throw new ExecutorError('SIGN_FAILED', 'no nonce would do')
}

/** `undefined` for the nonces, one in 2^127, of which the venue's two recovery ids could not tell which point was meant. */
export function halfSignature({ scalar, pointOf }: SecretKey, k: bigint): HalfSignature | undefined {
  const { x, y } = pointOf(k)
  if (x >= ORDER) return undefined
  const inverse = invert(k, ORDER)
  return { r: wordOf(x), isOdd: (y & 1n) === 1n, inverse, share: (((x * scalar) % ORDER) * inverse) % ORDER }
}

/** `undefined` when this half and this digest happen not to make a signature, which nobody has ever met. */
export function complete({ r, isOdd, inverse, share }: HalfSignature, digest: Hex): Signature | undefined {
  const s = (BigInt(digest) * inverse + share) % ORDER
  if (s === 0n) return undefined
  // Of s and -s, both valid, the venue takes the lower one; -s belongs to the other y.
  const isHigh = s > HALF_ORDER
  return { r, s: wordOf(isHigh ? ORDER - s : s), v: isOdd === isHigh ? 27 : 28 }
}

export const scalarOf = (bytes: Uint8Array): bigint => BigInt(bytesToHex(bytes))
export const wordBytesOf = (value: bigint): Uint8Array => numberToBytes(value, { size: 32 })
const wordOf = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`

/**
 * Bits the library's multiplication takes at a time. With 11 instead of its own 8 it makes 26 additions instead of 34, for
 * tables of 2 MB that take a tenth of a second to make, once for all keys.
 */
const WINDOW_BITS = 11
let generator: typeof secp256k1.ProjectivePoint.BASE | undefined

/** Multiplies a generator that has tables of its own; those of the library's generator are everybody's, and stay. */
export function portablePointOf(scalar: bigint): CurvePoint {
  const { BASE, fromAffine } = secp256k1.ProjectivePoint
  generator ??= secp256k1.utils.precompute(WINDOW_BITS, fromAffine(BASE.toAffine()))
  return generator.multiply(scalar).toAffine()
}
