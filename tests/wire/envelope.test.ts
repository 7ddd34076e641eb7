/** What is sent is what was signed. */
import fc from 'fast-check'
import {
  createLocalSigner,
  type Hex,
  l1ActionHash,
  l1Digest,
  type Network,
  type Signature,
} from 'hip3-executor/signing'
import { recoverAddress } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { noopAction } from '../../src/wire/actions.js'
import { type SignedPayload, signedPayload, type UnsignedRequest } from '../../src/wire/envelope.js'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'
import { actions, addresses, integers } from '../helpers/random-actions.js'

const SIGNATURE: Signature = { r: `0x${'11'.repeat(32)}`, s: `0x${'22'.repeat(32)}`, v: 27 }
const digestOf = (request: UnsignedRequest, network: Network): Hex =>
  l1Digest(l1ActionHash(request.action, request), network)

/** As the venue sees it. */
const sent = (payload: SignedPayload): SignedPayload => JSON.parse(JSON.stringify(payload)) as SignedPayload

const requests: fc.Arbitrary<UnsignedRequest> = fc.record(
  {
    action: actions,
    nonce: integers(0, Number.MAX_SAFE_INTEGER),
    vaultAddress: addresses,
    expiresAfter: integers(0, Number.MAX_SAFE_INTEGER),
  },
  { requiredKeys: ['action', 'nonce'], noNullPrototype: true },
)

describe('the signed request', () => {
  it('carries an action whose hash, taken from the frame, is the hash that was signed (F-17)', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom('mainnet', 'testnet'), (request, network) => {
        const frame = sent(signedPayload(request, SIGNATURE))
        expect(l1Digest(l1ActionHash(frame.action, frame), network)).toBe(digestOf(request, network))
      }),
      { numRuns: 500 },
    )
  })

  it('recovers to the signer from nothing but the frame (W-17)', async () => {
    const signer = createLocalSigner(TEST_KEY)
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const connectionId = l1ActionHash(request.action, request)
        const signature = await signer.sign(digestOf(request, 'mainnet'), { network: 'mainnet', connectionId })
        const frame = sent(signedPayload(request, signature))
        const hash = l1Digest(l1ActionHash(frame.action, frame), 'mainnet')
        const { r, s, v } = frame.signature
        const recovered = await recoverAddress({ hash, signature: { r, s, v: BigInt(v) } })
        expect(recovered.toLowerCase()).toBe(TEST_ADDRESS)
      }),
      { numRuns: 50 },
    )
  })

  it('has no key for what is unset (F-38)', () => {
    const payload = signedPayload(
      { action: noopAction(), nonce: 1, vaultAddress: undefined, expiresAfter: undefined },
      SIGNATURE,
    )
    expect(Object.keys(payload)).toStrictEqual(['action', 'nonce', 'signature'])
  })

  it('spells r and s with 64 digits and v as a number (F-13, F-16)', async () => {
    const signer = createLocalSigner(TEST_KEY)
    let padded = 0
    for (let nonce = 0; nonce < 300; nonce++) {
      const request: UnsignedRequest = { action: noopAction(), nonce }
      const connectionId = l1ActionHash(request.action, request)
      const signature = await signer.sign(digestOf(request, 'mainnet'), { network: 'mainnet', connectionId })
      const frame = sent(signedPayload(request, signature)).signature
      expect(frame.r).toMatch(/^0x[0-9a-f]{64}$/)
      expect(frame.s).toMatch(/^0x[0-9a-f]{64}$/)
      expect([27, 28]).toContain(frame.v)
      if (frame.r.startsWith('0x00') || frame.s.startsWith('0x00')) padded++
    }
    expect(padded).toBeGreaterThan(0)
  })

  it('sends the vault in lower case, as it hashes it', () => {
    const vaultAddress = '0x1719884Eb866CB12B2287399B15F7Db5E7D775Ea' as const
    const payload = signedPayload({ action: noopAction(), nonce: 1, vaultAddress }, SIGNATURE)
    expect(payload.vaultAddress).toBe(vaultAddress.toLowerCase())
  })

  it('refuses a malformed vault before anything is signed', () => {
    const request: UnsignedRequest = { action: noopAction(), nonce: 1, vaultAddress: '0xabc' }
    expect(() => digestOf(request, 'mainnet')).toThrow(/^vaultAddress: /)
  })
})
