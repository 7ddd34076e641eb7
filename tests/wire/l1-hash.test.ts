/** From action to digest, piece by piece, against an independent EIP-712 implementation and recorded hashes. */
import {
  type Encodable,
  encodeAction,
  type Hex,
  l1ActionHash,
  l1Digest,
  l1Signable,
  type Network,
} from 'hip3-executor/signing'
import { bytesToHex, concatHex, hashStruct, hashTypedData, keccak256, numberToHex } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { l1Vectors } from '../helpers/fixtures.js'

const DOMAIN = {
  name: 'Exchange',
  version: '1',
  chainId: 1337,
  verifyingContract: '0x0000000000000000000000000000000000000000',
} as const
const DOMAIN_TYPE = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const
const AGENT = [
  { name: 'source', type: 'string' },
  { name: 'connectionId', type: 'bytes32' },
] as const
const HASH: Hex = '0xf01fa6eaca0b8cbd2afe65f8852a2e00d35eae3d19560ece9b8a28614646e849'

const CANCEL = { type: 'cancel', cancels: [{ a: 5, o: 123 }] }
const VAULT = `0x${'42'.repeat(20)}` as const
const HIP3_ORDER = {
  type: 'order',
  orders: [
    {
      a: 110027,
      b: true,
      p: '105.00',
      s: '0.2',
      r: false,
      t: { limit: { tif: 'Ioc' } },
      c: '0x0de3e244a8f44fc28a6b7bc852d66d19',
    },
  ],
  grouping: 'na',
}

describe('l1Digest', () => {
  it('uses the domain separator of the venue', () => {
    const separator = hashStruct({
      data: { ...DOMAIN, chainId: 1337n },
      primaryType: 'EIP712Domain',
      types: { EIP712Domain: DOMAIN_TYPE },
    })
    expect(separator).toBe('0xd79297fcdf2ffcd4ae223d01edaa2ba214ff8f401d7c9300d995d17c82aa4040')
    const recorded = l1Vectors.l1.find((vector) => vector.domainSeparator !== undefined)
    expect(recorded?.domainSeparator).toBe(separator)

    const agent = { source: 'b', connectionId: HASH }
    const struct = hashStruct({ data: agent, primaryType: 'Agent', types: { Agent: AGENT } })
    expect(struct).toBe('0x9b4df0fd8db77d906bfdb75485a4ace25342ac34133799aae04cdfef7fc69333')
    expect(l1Digest(HASH, 'testnet')).toBe(keccak256(concatHex(['0x1901', separator, struct])))
  })

  it('reproduces the recorded struct hash and digest', () => {
    const vector = l1Vectors.l1.find((candidate) => candidate.signingDigest !== undefined)
    if (vector?.signingDigest === undefined) throw new Error('the vector is missing')
    const agent = { source: vector.network === 'mainnet' ? 'a' : 'b', connectionId: vector.actionHash }
    expect(hashStruct({ data: agent, primaryType: 'Agent', types: { Agent: AGENT } })).toBe(vector.agentStructHash)
    expect(l1Digest(l1ActionHash(vector.action, vector), vector.network)).toBe(vector.signingDigest)
  })

  it.each<[Network, string]>([
    ['mainnet', 'a'],
    ['testnet', 'b'],
  ])('equals the EIP-712 hash of the phantom agent on %s', (network, source) => {
    for (const connectionId of [HASH, `0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`] as const) {
      expect(l1Digest(connectionId, network)).toBe(
        hashTypedData({
          domain: DOMAIN,
          types: { Agent: AGENT },
          primaryType: 'Agent',
          message: { source, connectionId },
        }),
      )
    }
  })

  it('does not mind the letter case of the hash', () => {
    expect(l1Digest(`0x${HASH.slice(2).toUpperCase()}`, 'mainnet')).toBe(l1Digest(HASH, 'mainnet'))
  })

  it.each(['Mainnet', '', undefined, null, true])('refuses the network %j by name', (network) => {
    expect(() => l1Digest(HASH, network as Network)).toThrow(/^network: expected "mainnet" or "testnet", got /)
  })

  it.each(['', '0x', HASH.slice(2), `${HASH}00`, HASH.slice(0, -1), `${HASH.slice(0, -1)}g`, undefined, 7])(
    'refuses the hash %j by name',
    (hash) => {
      expect(() => l1Digest(hash as Hex, 'mainnet')).toThrow(
        new RangeError('actionHash: expected 0x and 64 hex digits'),
      )
    },
  )
})

describe('l1ActionHash', () => {
  /** The preimage written out by hand: the bytes of the action, then the tail. */
  const hashOf = (action: Encodable, ...tail: Hex[]): Hex =>
    keccak256(concatHex([bytesToHex(encodeAction(action)), ...tail]))
  const NONCE = 1_769_339_470_576
  const EXPIRY = 1_769_339_480_576
  const be64 = (value: number): Hex => numberToHex(value, { size: 8 })

  it('appends the nonce and a zero byte when there is neither vault nor expiry (F-15)', () => {
    expect(l1ActionHash(CANCEL, { nonce: NONCE })).toBe(hashOf(CANCEL, be64(NONCE), '0x00'))
  })

  it('appends a one and the raw address for a vault (F-15)', () => {
    expect(l1ActionHash(CANCEL, { nonce: NONCE, vaultAddress: VAULT })).toBe(hashOf(CANCEL, be64(NONCE), '0x01', VAULT))
  })

  it('tags an expiry with a zero byte, not a one (F-12)', () => {
    expect(l1ActionHash(CANCEL, { nonce: NONCE, expiresAfter: EXPIRY })).toBe(
      hashOf(CANCEL, be64(NONCE), '0x00', '0x00', be64(EXPIRY)),
    )
  })

  it('puts the vault before the expiry', () => {
    expect(l1ActionHash(CANCEL, { nonce: NONCE, vaultAddress: VAULT, expiresAfter: EXPIRY })).toBe(
      hashOf(CANCEL, be64(NONCE), '0x01', VAULT, '0x00', be64(EXPIRY)),
    )
  })

  it.each([0, 1, 255, 2 ** 32, NONCE, Number.MAX_SAFE_INTEGER])('writes the nonce %d big-endian (F-15)', (nonce) => {
    expect(l1ActionHash(CANCEL, { nonce })).toBe(hashOf(CANCEL, be64(nonce), '0x00'))
    expect(l1ActionHash(CANCEL, { nonce: 0, expiresAfter: nonce })).toBe(
      hashOf(CANCEL, be64(0), '0x00', '0x00', be64(nonce)),
    )
  })

  it('reproduces the recorded hashes of a HIP-3 order, without and with expiry (F-12)', () => {
    expect(l1ActionHash(HIP3_ORDER, { nonce: NONCE })).toBe(
      '0x904c57b8f4b75ac9da005b49298dc39af735ed8c3a89b241f5f1e061e0207868',
    )
    expect(l1ActionHash(HIP3_ORDER, { nonce: NONCE, expiresAfter: EXPIRY })).toBe(
      '0xe7aac446cdd80fdfcdd59b86394632415e17dbec323aab908ea900fcba0a9470',
    )
  })

  it('reproduces the recorded hashes of a cancel, without and with vault (F-15)', () => {
    expect(l1ActionHash(CANCEL, { nonce: 1000 })).toBe(
      '0x5a14eb969ac6862539cb169ae988731641cfc984f725a3d371f6d9da4e0c47e6',
    )
    expect(l1ActionHash(CANCEL, { nonce: 1000, vaultAddress: VAULT })).toBe(
      '0x0e91e6ef354c50bf74851309eea6f07c52f2a752314a649628d339a82939b6ec',
    )
  })

  it('does not mind the letter case of the vault', () => {
    const lower = `0x${'ab'.repeat(20)}` as const
    const mixed = `0x${'aB'.repeat(20)}` as const
    expect(l1ActionHash(CANCEL, { nonce: 1, vaultAddress: mixed })).toBe(
      l1ActionHash(CANCEL, { nonce: 1, vaultAddress: lower }),
    )
  })

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d for a time, by name', (value) => {
    expect(() => l1ActionHash(CANCEL, { nonce: value })).toThrow(`nonce: expected whole milliseconds, got ${value}`)
    expect(() => l1ActionHash(CANCEL, { nonce: 1, expiresAfter: value })).toThrow(
      `expiresAfter: expected whole milliseconds, got ${value}`,
    )
  })

  it('refuses a malformed vault by name', () => {
    expect(() => l1ActionHash(CANCEL, { nonce: 1, vaultAddress: '0x12' })).toThrow(/^vaultAddress: expected 0x and 40/)
    expect(() => l1ActionHash(CANCEL, { nonce: 1, vaultAddress: null as never })).toThrow(TypeError)
  })
})

describe('l1Signable', () => {
  const options = { nonce: 1_769_339_470_576, vaultAddress: VAULT, expiresAfter: 1_769_339_480_576 }

  it.each(['mainnet', 'testnet'] as const)('is the hash and its digest on %s in one step', (network) => {
    for (const action of [CANCEL, HIP3_ORDER]) {
      const connectionId = l1ActionHash(action, options)
      expect(l1Signable(action, options, network)).toStrictEqual({
        connectionId,
        digest: l1Digest(connectionId, network),
      })
    }
  })

  it('refuses what the two steps refuse', () => {
    expect(() => l1Signable(CANCEL, { nonce: -1 }, 'mainnet')).toThrow(/^nonce: /)
    expect(() => l1Signable(CANCEL, options, 'Mainnet' as Network)).toThrow(/^network: /)
    expect(() => l1Signable({ p: 0.5 }, options, 'mainnet')).toThrow(TypeError)
  })

  it('is the same after a larger action, and after one that could not be encoded', () => {
    const before = l1Signable(HIP3_ORDER, options, 'mainnet')
    const large = { ...HIP3_ORDER, orders: Array.from({ length: 400 }, () => HIP3_ORDER.orders[0]) } as Encodable
    const body = bytesToHex(encodeAction(large))
    expect(l1ActionHash(large, { nonce: 1 })).toBe(keccak256(concatHex([body, numberToHex(1, { size: 8 }), '0x00'])))
    expect(() => l1ActionHash({ p: 0.5 }, { nonce: 1 })).toThrow(TypeError)
    expect(l1Signable(HIP3_ORDER, options, 'mainnet')).toStrictEqual(before)
  })

  it('hashes with what the signer brings', () => {
    const hashed: Uint8Array[] = []
    const hash = (bytes: Uint8Array): Uint8Array => {
      hashed.push(bytes.slice())
      return keccak256(bytes, 'bytes')
    }
    expect(l1Signable(CANCEL, options, 'testnet', hash)).toStrictEqual(l1Signable(CANCEL, options, 'testnet'))
    expect(hashed.map((bytes) => bytes.length)).toStrictEqual([encodeAction(CANCEL).length + 38, 96, 66])
    const connectionId = l1ActionHash(CANCEL, options, hash)
    expect(l1Digest(connectionId, 'testnet', hash)).toBe(l1Digest(connectionId, 'testnet'))
    expect(hashed).toHaveLength(6)
  })
})
