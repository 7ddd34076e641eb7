/** Whatever computes a signature, it is the same signature; and what computes another one is not used. */
import { secp256k1 as noble } from '@noble/curves/secp256k1'
import { isExecutorError, type Keccak256, type SigningBackend } from 'hip3-executor'
import { loadNativeSecp256k1 } from 'hip3-executor/native'
import {
  createLocalSigner,
  type Hex,
  l1ActionHash,
  l1Digest,
  type Secp256k1,
  type Signature,
} from 'hip3-executor/signing'
import { loadWasmKeccak256 } from 'hip3-executor/wasm'
import { privateKeyToAccount } from 'viem/accounts'
import { bytesToHex, keccak256, numberToHex, recoverAddress, toHex } from 'viem/utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { l1Vectors, TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'

const secp256k1 = await loadNativeSecp256k1()
const wasmKeccak256 = await loadWasmKeccak256()
const ORDER = noble.CURVE.n
const HALF_ORDER = ORDER / 2n

const BACKENDS: readonly (readonly [string, SigningBackend])[] = [
  ['portable', {}],
  ['native curve', { secp256k1 }],
  ['WebAssembly keccak', { keccak256: wasmKeccak256 }],
  ['native curve, WebAssembly keccak', { secp256k1, keccak256: wasmKeccak256 }],
]

function signatureOf(backend: SigningBackend, digest: Hex, key: Hex = TEST_KEY): Signature {
  const signature = createLocalSigner(key, { backend }).sign(digest, { network: 'testnet', connectionId: digest })
  if ('then' in signature) throw new Error('expected a signature at once')
  return signature
}

const randomDigest = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)))

describe.each(BACKENDS)('a signer with the backend: %s', (_, backend) => {
  const digests: readonly Hex[] = [
    ...[0n, 1n, ORDER - 1n].map((value) => numberToHex(value, { size: 32 })),
    ...Array.from({ length: 100 }, randomDigest),
  ]

  it('makes the signatures of the noble library, byte for byte, and they are good to noble and viem', async () => {
    const publicKey = noble.getPublicKey(TEST_KEY.slice(2))
    const signer = createLocalSigner(TEST_KEY, { backend })
    expect(signer.address).toBe(TEST_ADDRESS)
    for (const digest of digests) {
      const signature = await signer.sign(digest, { network: 'mainnet', connectionId: digest })
      const { r, s, recovery } = noble.sign(digest.slice(2), TEST_KEY.slice(2))
      expect(signature).toStrictEqual({
        r: numberToHex(r, { size: 32 }),
        s: numberToHex(s, { size: 32 }),
        v: 27 + recovery,
      })
      expect(s <= HALF_ORDER).toBe(true)
      expect(noble.verify({ r, s }, digest.slice(2), publicKey)).toBe(true)
      const recovered = await recoverAddress({ hash: digest, signature: { ...signature, v: BigInt(signature.v) } })
      expect(recovered.toLowerCase()).toBe(TEST_ADDRESS)
    }
  })

  it('signs digests above the order of the curve, of which libsecp256k1 makes other nonces', async () => {
    for (const value of [ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
      const hash = numberToHex(value, { size: 32 })
      const { r, s, v } = signatureOf(backend, hash)
      expect((await recoverAddress({ hash, signature: { r, s, v: BigInt(v) } })).toLowerCase()).toBe(TEST_ADDRESS)
    }
  })

  it('signs every recorded vector the same', () => {
    const { keccak256: hash } = createLocalSigner(TEST_KEY, { backend })
    expect(hash).toBe(backend.keccak256)
    for (const vector of l1Vectors.l1) {
      const connectionId = l1ActionHash(vector.action, vector, hash)
      expect(connectionId).toBe(vector.actionHash)
      if (vector.privateKey === undefined) continue
      const { r, s, v } = signatureOf(backend, l1Digest(connectionId, vector.network, hash), vector.privateKey)
      expect([BigInt(r), BigInt(s), v]).toStrictEqual([BigInt(vector.r ?? 0), BigInt(vector.s ?? 0), vector.v])
    }
  })

  it('signs with keys at both ends of their range', async () => {
    for (const scalar of [1n, 2n, ORDER - 2n, ORDER - 1n]) {
      const key = numberToHex(scalar, { size: 32 })
      const account = privateKeyToAccount(key)
      const digest = randomDigest()
      const { r, s, v } = signatureOf(backend, digest, key)
      expect(`${r}${s.slice(2)}${toHex(v).slice(2)}`).toBe(await account.sign({ hash: digest }))
    }
  })
})

describe('a backend', () => {
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte))
  const loud = (): never => {
    throw new Error(`cannot use ${TEST_KEY}`)
  }
  const wrongKeccak: Keccak256 = (bytes) => flip(keccak256(bytes, 'bytes'))

  /** Signs well, with a nonce of its own choice. */
  const otherNonce: Secp256k1['sign'] = (digest, key) => {
    const signature = noble.sign(digest, key, { extraEntropy: new Uint8Array(32).fill(1) })
    return { signature: signature.toCompactRawBytes(), recovery: signature.recovery }
  }

  it.each<[string, SigningBackend, string]>([
    ['hashes wrongly', { keccak256: wrongKeccak }, 'keccak256'],
    [
      'hashes wrongly where a block ends',
      { keccak256: (b) => (b.length === 136 ? wrongKeccak : wasmKeccak256)(b) },
      'keccak256',
    ],
    ['throws when it hashes', { keccak256: loud }, 'keccak256'],
    ['chooses its own nonces', { secp256k1: { ...secp256k1, sign: otherNonce } }, 'secp256k1.sign'],
    ['throws when it signs', { secp256k1: { ...secp256k1, sign: loud } }, 'secp256k1.sign'],
    [
      'has the wrong recovery id',
      {
        secp256k1: {
          ...secp256k1,
          sign: (digest, key) => ({
            ...secp256k1.sign(digest, key),
            recovery: 1 - secp256k1.sign(digest, key).recovery,
          }),
        },
      },
      'secp256k1.sign',
    ],
    [
      'has the wrong public key',
      { secp256k1: { ...secp256k1, publicKey: (key) => flip(secp256k1.publicKey(key)) } },
      'secp256k1.publicKey',
    ],
    ['throws for the public key', { secp256k1: { ...secp256k1, publicKey: loud } }, 'secp256k1.publicKey'],
  ])('that %s is refused before its first use, by name', (_, backend, name) => {
    let error: unknown
    try {
      createLocalSigner(TEST_KEY, { backend })
    } catch (thrown) {
      error = thrown
    }
    expect(isExecutorError(error) && [error.code, error.message, error.cause]).toStrictEqual([
      'SIGN_FAILED',
      `the backend's ${name} differs from the portable one`,
      undefined,
    ])
  })

  it('that fails later fails without saying what it was given', () => {
    let fails = false
    const sign: Secp256k1['sign'] = (digest, key) => (fails ? loud() : secp256k1.sign(digest, key))
    const signer = createLocalSigner(TEST_KEY, { backend: { secp256k1: { ...secp256k1, sign } } })
    fails = true
    expect(() => signer.sign(randomDigest(), { network: 'testnet', connectionId: '0x' })).toThrow(
      /^the backend failed$/,
    )
  })

  it('is only for a key: an account or a wallet signs by itself', () => {
    const account = privateKeyToAccount(TEST_KEY)
    expect(() => createLocalSigner(account, { backend: { secp256k1 } })).toThrow(
      new TypeError('backend: only a signer made of a hex key can use it'),
    )
  })
})

describe('an optional package', () => {
  afterEach(() => {
    vi.doUnmock('secp256k1/bindings.js')
    vi.doUnmock('hash-wasm')
    vi.resetModules()
  })

  it('that is not there is named', async () => {
    vi.resetModules()
    vi.doMock('secp256k1/bindings.js', () => Promise.reject(new Error('not found')))
    vi.doMock('hash-wasm', () => Promise.reject(new Error('not found')))
    const { loadNativeSecp256k1 } = await import('../../src/native.js')
    const { loadWasmKeccak256 } = await import('../../src/wasm.js')
    await expect(loadNativeSecp256k1()).rejects.toMatchObject({ code: 'SIGN_FAILED', message: /"secp256k1"/ })
    await expect(loadWasmKeccak256()).rejects.toMatchObject({ code: 'SIGN_FAILED', message: /"hash-wasm"/ })
  })
})
