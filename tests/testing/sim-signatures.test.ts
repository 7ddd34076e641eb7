/** Whoever the exchange says has signed is who full recovery says has signed, whatever it remembers. */
import { secp256k1 } from '@noble/curves/secp256k1'
import fc from 'fast-check'
import { numberToHex, recoverAddress } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../src/model/account.js'
import { createSigners, type RecoverableSignature } from '../../src/testing/sim-exchange/signers.js'
import { AGENT, AGENT_KEY, createSignedBench, KEY, OTHER_KEY, orderAction, statusesOf, USER } from './helpers.js'

/** Curve arithmetic in numbers: the machine that runs this may be slow. */
const TIMEOUT_MS = 120_000
const ORDER = secp256k1.CURVE.n
const word = (value: bigint): Hex => numberToHex(value, { size: 32 })
const digests = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
const keys = fc.constantFrom(...[KEY, AGENT_KEY, OTHER_KEY].map(BigInt))
const scalars = fc.bigInt({ min: 1n, max: ORDER - 1n })

type Parts = { readonly r: bigint; readonly s: bigint; readonly v: 27 | 28 }

function sign(digest: Hex, key: bigint): Parts {
  const { r, s, recovery } = secp256k1.sign(digest.slice(2), key)
  return { r, s, v: recovery === 0 ? 27 : 28 }
}

const spelled = ({ r, s, v }: Parts): RecoverableSignature => ({ r: word(r), s: word(s), v })

/** What a library nobody here wrote makes of the same signature. */
async function recovered(digest: Hex, parts: Parts): Promise<string | undefined> {
  const { r, s, v } = spelled(parts)
  try {
    const signature: Hex = `0x${r.slice(2)}${s.slice(2)}${v.toString(16)}`
    return (await recoverAddress({ hash: digest, signature })).toLowerCase()
  } catch {
    return undefined
  }
}

const flipped = ({ v }: Parts): 27 | 28 => (v === 27 ? 28 : 27)
const corruptions: Record<string, (parts: Parts, noise: bigint) => Parts> = {
  'as it is': (parts) => parts,
  'with the other v': (parts) => ({ ...parts, v: flipped(parts) }),
  'with a high s': (parts) => ({ ...parts, s: ORDER - parts.s }),
  'with a high s and the v that belongs to it': (parts) => ({ ...parts, s: ORDER - parts.s, v: flipped(parts) }),
  'with r and s swapped': ({ r, s, v }) => ({ r: s, s: r, v }),
  'with another r': (parts, noise) => ({ ...parts, r: noise }),
  'with another s': (parts, noise) => ({ ...parts, s: noise }),
  'with one bit of r turned': (parts, noise) => ({ ...parts, r: parts.r ^ (1n << (noise % 256n)) }),
  'with one bit of s turned': (parts, noise) => ({ ...parts, s: parts.s ^ (1n << (noise % 256n)) }),
  'with r of zero': (parts) => ({ ...parts, r: 0n }),
  'with s of zero': (parts) => ({ ...parts, s: 0n }),
  'with r of the order': (parts) => ({ ...parts, r: ORDER }),
  'with s of the order': (parts) => ({ ...parts, s: ORDER }),
}

describe('the signer of a digest', () => {
  it(
    'is who full recovery says, for the known signer and anybody else, however the signature is corrupted',
    async () => {
      const signers = createSigners()
      const kinds = Object.keys(corruptions)
      await fc.assert(
        fc.asyncProperty(
          keys,
          scalars,
          digests,
          digests,
          fc.constantFrom(...kinds),
          scalars,
          async (key, other, first, digest, kind, noise) => {
            const corrupt = corruptions[kind]
            if (corrupt === undefined) throw new Error(kind)
            // Twice, so that the tables are in use when it counts.
            for (let i = 0; i < 3; i++) signers.signerOf(first, spelled(sign(first, key)), 'peer')
            for (const parts of [corrupt(sign(digest, key), noise), corrupt(sign(digest, other), noise)]) {
              expect(signers.signerOf(digest, spelled(parts), 'peer')).toBe(await recovered(digest, parts))
            }
            expect(signers.signerOf(digest, spelled(sign(first, key)), 'peer')).toBe(
              await recovered(digest, sign(first, key)),
            )
          },
        ),
        { numRuns: 40 },
      )
    },
    TIMEOUT_MS,
  )

  it(
    'is who full recovery says where the short formulas of the curve do not hold',
    async () => {
      // Small keys and round digests make sums of multiples that meet each other or cancel.
      for (const key of [1n, 2n, ORDER - 1n, 2n ** 128n]) {
        const signers = createSigners()
        for (const digest of [0n, 1n, ORDER, 2n ** 256n - 1n].map(word)) {
          const honest = sign(digest, key)
          const generatorX = secp256k1.CURVE.Gx
          // Signatures anyone can make: R is the generator or a small multiple of it.
          const made: Parts[] = [1n, ORDER - 1n, BigInt(digest) % ORDER].map((s) => ({ r: generatorX, s, v: 27 }))
          for (const parts of [honest, honest, honest, ...made, honest]) {
            expect(signers.signerOf(digest, spelled(parts), 'peer')).toBe(await recovered(digest, parts))
          }
        }
      }
    },
    TIMEOUT_MS,
  )

  it(
    'is found among more signers than are remembered',
    async () => {
      const signers = createSigners()
      const digest = word(7n)
      for (const key of [...Array(260).keys(), 0, 1].map((index) => BigInt(index + 1))) {
        const parts = sign(digest, key)
        const signer = signers.signerOf(digest, spelled(parts), `peer ${key % 10n}`)
        if (key % 50n === 1n) expect(signer).toBe(await recovered(digest, parts))
      }
    },
    TIMEOUT_MS,
  )
})

describe('an exchange that verifies signatures', () => {
  it('answers in the call that brings the action', async () => {
    const { act } = createSignedBench()
    expect(statusesOf(await act(orderAction({ p: '105', s: '1' })))).toMatchObject([{ resting: {} }])
  })

  it('tells the account and its agent apart on one connection', async () => {
    const { act, exchange } = createSignedBench()
    exchange.account(USER).approveAgent(AGENT)
    for (const key of [KEY, AGENT_KEY, AGENT_KEY, KEY, KEY] as const) {
      expect(await act({ type: 'noop' }, { key })).toMatchObject({ status: 'ok' })
    }
    expect(exchange.record.requests).toHaveLength(5)
  })
})
