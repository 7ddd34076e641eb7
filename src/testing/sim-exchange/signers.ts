/**
 * Who signed: the address that recovering the public key from a signature yields, found without recovering it when
 * the signer is one that has been seen before.
 *
 * A key Q is the one a signature (r, s, v) of a digest h recovers to exactly when h/s·G + r/s·Q is the point whose
 * x is r and whose parity is v. With tables of the multiples of G and of Q that costs less than making the
 * signature did; recovering takes a square root and a multiplication without tables. Whoever signed last on a
 * connection is tried first, anybody else is recovered, so the answer is always the one full recovery gives.
 *
 * @see https://www.secg.org/sec1-v2.pdf sections 4.1.4 and 4.1.6
 */
import { invert } from '@noble/curves/abstract/modular'
import { secp256k1 } from '@noble/curves/secp256k1'
import { bytesToHex, keccak256 } from 'viem/utils'
import type { Address, Hex } from '../../model/account.js'
import { type CurvePoint, createPointTable, type PointTable, sumOfMultiples } from './point-table.js'

export type RecoverableSignature = { readonly r: Hex; readonly s: Hex; readonly v: 27 | 28 }

export type Signers = {
  /**
   * The address whose key signed the digest; `undefined` when no key can have.
   *
   * @param peer where it came from; its last signer is the likeliest one
   */
  signerOf(digest: Hex, signature: RecoverableSignature, peer: string): Address | undefined
}

type Known = {
  readonly address: Address
  /** Made when the signer comes back, so that a stream of strangers costs nothing but their recovery. */
  table: PointTable | undefined
}

/** Their tables take about a fifth of a megabyte each. */
const MAX_SIGNERS = 256
const MAX_PEERS = 4_096
const GENERATOR_WINDOW_BITS = 8
const SIGNER_WINDOW_BITS = 5

const { n: ORDER } = secp256k1.CURVE
let generatorTable: PointTable | undefined

export function createSigners(): Signers {
  /** Both in the order of last use. */
  const known = new Map<Address, Known>()
  const lastOf = new Map<string, Address>()
  let newest: Address | undefined

  function note(signer: Known, peer: string): Address {
    newest = signer.address
    keepNewest(known, signer.address, signer, MAX_SIGNERS)
    keepNewest(lastOf, peer, signer.address, MAX_PEERS)
    return signer.address
  }

  return {
    signerOf(digest, signature, peer) {
      const r = BigInt(signature.r)
      const s = BigInt(signature.s)
      if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return undefined
      const likely = known.get(lastOf.get(peer) ?? newest ?? NOBODY)
      if (likely?.table !== undefined && isSignedBy(likely.table, digest, r, s, signature.v)) return note(likely, peer)
      const key = recover(digest, r, s, signature.v)
      if (key === undefined) return undefined
      const address = bytesToHex(keccak256(key.toRawBytes(false).subarray(1), 'bytes').subarray(12))
      const signer = known.get(address) ?? { address, table: undefined }
      if (known.has(address)) signer.table ??= createPointTable(key, SIGNER_WINDOW_BITS)
      return note(signer, peer)
    },
  }
}

const NOBODY: Address = '0x0000000000000000000000000000000000000000'

/** Makes an entry the last one, and lets the first one go when there are too many. */
function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= limit) return
  for (const first of map.keys()) {
    map.delete(first)
    return
  }
}

function isSignedBy(table: PointTable, digest: Hex, r: bigint, s: bigint, v: 27 | 28): boolean {
  generatorTable ??= createPointTable(secp256k1.ProjectivePoint.BASE, GENERATOR_WINDOW_BITS)
  const inverse = invert(s, ORDER)
  const point = sumOfMultiples([
    { table: generatorTable, scalar: (BigInt(digest) * inverse) % ORDER },
    { table, scalar: (r * inverse) % ORDER },
  ])
  return point !== undefined && point.x === r && (point.y & 1n) === (v === 28 ? 1n : 0n)
}

function recover(digest: Hex, r: bigint, s: bigint, v: 27 | 28): CurvePoint | undefined {
  try {
    const key = new secp256k1.Signature(r, s).addRecoveryBit(v - 27).recoverPublicKey(digest.slice(2))
    return secp256k1.ProjectivePoint.fromAffine(key.toAffine())
  } catch {
    return undefined
  }
}
