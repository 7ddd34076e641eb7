/** Signatures made by other people's code, reproduced byte for byte through the public entry. */
import {
  createLocalSigner,
  encodeAction,
  type Hex,
  l1ActionHash,
  l1Digest,
  type Signature,
} from 'hip3-executor/signing'
import { bytesToHex, recoverAddress } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { l1Vectors } from '../helpers/fixtures.js'

/** Some sources print r and s without leading zeros, so the numbers are compared; ours are always 32 bytes wide. */
function expectSameSignature(
  ours: Signature,
  theirs: { readonly r?: Hex; readonly s?: Hex; readonly v?: 27 | 28 },
): void {
  expect(ours.r).toMatch(/^0x[0-9a-f]{64}$/)
  expect(ours.s).toMatch(/^0x[0-9a-f]{64}$/)
  expect({ r: BigInt(ours.r), s: BigInt(ours.s), v: ours.v }).toEqual({
    r: BigInt(theirs.r ?? 0),
    s: BigInt(theirs.s ?? 0),
    v: theirs.v,
  })
}

async function sign(key: Hex, network: 'mainnet' | 'testnet', connectionId: Hex): Promise<Signature> {
  return createLocalSigner(key).sign(l1Digest(connectionId, network), { network, connectionId })
}

describe('signing vectors of other implementations', () => {
  it('are all here', () => {
    expect(l1Vectors.l1).toHaveLength(39)
    expect(l1Vectors.l1.filter((vector) => vector.privateKey !== undefined)).toHaveLength(32)
    expect(l1Vectors.agents).toHaveLength(3)
    expect(l1Vectors.recorded).toHaveLength(1)
  })

  it.each(l1Vectors.l1)(
    'encodes and hashes "$name" to the same bytes',
    ({ action, msgpack, actionHash, ...options }) => {
      expect(bytesToHex(encodeAction(action))).toBe(msgpack)
      expect(l1ActionHash(action, options)).toBe(actionHash)
    },
  )

  it.each(l1Vectors.l1.filter((vector) => vector.privateKey !== undefined))(
    'signs "$name" the same',
    async (vector) => {
      const connectionId = l1ActionHash(vector.action, vector)
      expectSameSignature(await sign(vector.privateKey ?? '0x', vector.network, connectionId), vector)
    },
  )

  it.each(l1Vectors.agents)('signs the connection id of "$name" the same', async (vector) => {
    expectSameSignature(await sign(vector.privateKey, vector.network, vector.connectionId), vector)
  })

  it.each(l1Vectors.recorded)('recovers the sender of "$name"', async ({ action, nonce, network, signer, r, s, v }) => {
    const digest = l1Digest(l1ActionHash(action, { nonce }), network)
    const recovered = await recoverAddress({ hash: digest, signature: { r, s, v: BigInt(v) } })
    expect(recovered.toLowerCase()).toBe(signer)
  })

  it('has vectors whose r is shorter than 32 bytes in the source (F-13)', () => {
    const short = [...l1Vectors.l1, ...l1Vectors.agents].filter(
      ({ r, s }) => r && s && (r.length < 66 || s.length < 66),
    )
    expect(short.length).toBeGreaterThanOrEqual(4)
  })
})
