/** Signatures prepared ahead: each is good, each is used once, and no copy of them is. */
import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import { MessageChannel } from 'node:worker_threads'
import { secp256k1 as noble } from '@noble/curves/secp256k1'
import type { Clock } from 'hip3-executor'
import { loadNativeSecp256k1 } from 'hip3-executor/native'
import {
  createLocalSigner,
  createSignaturePool,
  type Hex,
  type Secp256k1,
  type Signature,
  type SignaturePool,
  type SignaturePoolOptions,
  type Signer,
} from 'hip3-executor/signing'
import { createManualClock } from 'hip3-executor/testing'
import { privateKeyToAccount } from 'viem/accounts'
import { bytesToHex, recoverAddress } from 'viem/utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'

const secp256k1 = await loadNativeSecp256k1()
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

const PUBLIC_KEY = noble.getPublicKey(TEST_KEY.slice(2))

const randomDigest = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)))

function sign(signer: Signer, digest: Hex = randomDigest()): Signature {
  const signature = signer.sign(digest, { network: 'testnet', connectionId: digest })
  if ('then' in signature) throw new Error('expected a signature at once')
  return signature
}

const deterministic = createLocalSigner(TEST_KEY)

type Pooled = { readonly pool: SignaturePool; readonly signer: Signer }

function pooled(options: SignaturePoolOptions = {}, curve?: Secp256k1): Pooled {
  const pool = createSignaturePool({ refill: 'manual', size: 8, ...options })
  return { pool, signer: createLocalSigner(TEST_KEY, { prepare: pool, backend: { secp256k1: curve } }) }
}

async function expectGood(digest: Hex, { r, s, v }: Signature): Promise<void> {
  expect(r).toMatch(/^0x[0-9a-f]{64}$/)
  expect(s).toMatch(/^0x[0-9a-f]{64}$/)
  expect(BigInt(s) <= HALF_ORDER).toBe(true)
  const recovered = await recoverAddress({ hash: digest, signature: { r, s, v: BigInt(v) } })
  expect(recovered.toLowerCase()).toBe(TEST_ADDRESS)
  expect(noble.verify({ r: BigInt(r), s: BigInt(s) }, digest.slice(2), PUBLIC_KEY)).toBe(true)
}

/** By the deterministic way, and nothing else. */
const expectFallback = (signer: Signer): void => {
  const digest = randomDigest()
  expect(sign(signer, digest)).toStrictEqual(sign(deterministic, digest))
}

describe('a prepared signature', () => {
  it.each([
    ['portable', undefined],
    ['native', secp256k1],
  ] as const)('recovers to the signer, with a low s, and no r twice (%s curve)', async (_, curve) => {
    const { pool, signer } = pooled({ size: 300 }, curve)
    pool.fill()
    const seen = new Set<Hex>()
    const edges = ['00', '01', 'ff'].map((byte): Hex => `0x${byte.repeat(32)}`)
    for (const digest of [...edges, ...Array.from({ length: 297 }, randomDigest)]) {
      const signature = sign(signer, digest)
      await expectGood(digest, signature)
      seen.add(signature.r)
    }
    expect(seen.size).toBe(300)
    expect(pool.stats).toMatchObject({ ready: 0, signed: 300, fallbacks: 0, state: 'open' })
  })

  it('of the same digest is another one each time', () => {
    const { pool, signer } = pooled()
    pool.fill()
    const digest = randomDigest()
    const made = new Set([sign(signer, digest).r, sign(signer, digest).r, sign(deterministic, digest).r])
    expect(made.size).toBe(3)
  })

  it('leaves the venue’s address, and refuses what is no digest before it takes anything', () => {
    const { pool, signer } = pooled()
    pool.fill()
    expect(signer.address).toBe(TEST_ADDRESS)
    expect(() => sign(signer, '0x12')).toThrow(/^digest: /)
    expect(pool.stats.ready).toBe(8)
  })
})

describe('an empty pool', () => {
  it('signs the deterministic way, and counts it', () => {
    const { pool, signer } = pooled({ size: 2 })
    expectFallback(signer)
    expect(pool.fill()).toBe(2)
    for (let i = 0; i < 2; i++) sign(signer)
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ ready: 0, signed: 2, fallbacks: 2 })
    expect(pool.fill(1)).toBe(1)
    expect(pool.fill()).toBe(1)
    expect(pool.fill()).toBe(0)
    expect(pool.stats.ready).toBe(2)
  })

  it('goes round and round without using a place twice', () => {
    const { pool, signer } = pooled({ size: 3 }, secp256k1)
    const seen = new Set<Hex>()
    for (let round = 0; round < 50; round++) {
      pool.fill((round % 3) + 1)
      for (let i = 0; i <= round % 2; i++) seen.add(sign(signer).r)
    }
    const { signed, fallbacks } = pool.stats
    expect(seen.size).toBe(75)
    expect(signed + fallbacks).toBe(75)
    expect(signed).toBeGreaterThan(60)
  })
})

describe('a nonce', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is another one each time even when the system’s randomness always says the same', () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array)
    const clock = createManualClock()
    const digest: Hex = `0x${'42'.repeat(32)}`
    const pools = Array.from({ length: 3 }, () => pooled({ clock, size: 5 }, secp256k1))
    const seen = pools.flatMap(({ pool, signer }) => {
      pool.fill()
      return Array.from({ length: 5 }, () => sign(signer, digest).r)
    })
    expect(new Set(seen).size).toBe(15)
  })

  it('takes the system’s randomness in', () => {
    const clock = createManualClock()
    const drawn = vi.spyOn(crypto, 'getRandomValues')
    const { pool } = pooled({ clock, size: 5 }, secp256k1)
    pool.fill()
    const values = drawn.mock.results.map(({ value }) => bytesToHex(value as Uint8Array))
    // Two more for the check at the start: its digest and its nonce.
    expect(values).toHaveLength(7)
    expect(new Set(values).size).toBe(7)
  })
})

describe('a copy of the process', () => {
  it('finds an empty pool after a fork', () => {
    let ids = '100/1'
    const { pool, signer } = pooled({ processIds: () => ids }, secp256k1)
    pool.fill()
    sign(signer)
    ids = '100/100'
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ ready: 0, dropped: 7, signed: 1, fallbacks: 1, state: 'open' })
    expect(pool.fill()).toBe(8)
    sign(signer)
    expect(pool.stats).toMatchObject({ ready: 7, dropped: 7, signed: 2, verified: 2 })
  })

  it.each([1_000, -1_000, 86_400_000])('finds an empty pool after its clock was set by %i ms', (ms) => {
    const clock = createManualClock()
    const { pool, signer } = pooled({ clock }, secp256k1)
    pool.fill()
    clock.stepWall(ms)
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ ready: 0, dropped: 8 })
  })

  it('is not suspected of a process whose clock was corrected a little, or that has waited long', () => {
    const clock = createManualClock()
    const { pool, signer } = pooled({ clock }, secp256k1)
    pool.fill()
    clock.advance(86_400_000)
    clock.stepWall(100)
    sign(signer)
    expect(pool.stats).toMatchObject({ ready: 7, dropped: 0, signed: 1 })
  })

  it('drops what it finds also when it refills first', () => {
    let ids = '100/1'
    const { pool } = pooled({ processIds: () => ids }, secp256k1)
    pool.fill()
    ids = '101/100'
    expect(pool.fill(1)).toBe(1)
    expect(pool.stats).toMatchObject({ ready: 1, dropped: 8 })
  })

  it('cannot be made of a pool or its signer by clone, message or serialisation', () => {
    const { pool, signer } = pooled({}, secp256k1)
    pool.fill()
    const { port1, port2 } = new MessageChannel()
    for (const one of [pool, signer, { pool }]) {
      expect(() => structuredClone(one)).toThrow(/could not be cloned/)
      expect(() => port1.postMessage(one)).toThrow(/could not be cloned/)
      expect(() => serialize(one)).toThrow(/could not be cloned/)
    }
    port1.close()
    port2.close()
    expect(JSON.parse(JSON.stringify(pool))).toStrictEqual({ stats: pool.stats })
    const shown = inspect([pool, signer], { depth: 20, showHidden: true, getters: true })
    expect(shown.replace(TEST_ADDRESS, '')).not.toMatch(/[0-9a-f]{12}|\d{12}/)
  })
})

describe('a closed pool', () => {
  it('holds nothing, makes nothing and leaves no timer; its signer goes on', () => {
    const clock = createManualClock()
    const { pool, signer } = pooled({ clock, refill: 'idle' }, secp256k1)
    pool.fill()
    pool.close()
    pool.close()
    expect(clock.pendingTimers).toBe(0)
    expectFallback(signer)
    expect(pool.fill()).toBe(0)
    expect(pool.stats).toMatchObject({ ready: 0, signed: 0, fallbacks: 1, state: 'closed' })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('refilling', () => {
  it('waits until nothing was signed for a moment, and then makes one at a time', () => {
    const clock = createManualClock()
    const { pool, signer } = pooled({ clock, refill: 'idle', size: 3 }, secp256k1)
    expect(pool.stats.ready).toBe(0)
    clock.advance(2)
    expect(pool.stats.ready).toBe(0)
    clock.advance(2)
    expect(pool.stats.ready).toBe(3)
    expect(clock.pendingTimers).toBe(0)

    sign(signer)
    sign(signer)
    for (let i = 0; i < 10; i++) {
      clock.advance(1)
      sign(signer)
    }
    expect(pool.stats).toMatchObject({ ready: 0, signed: 3, fallbacks: 9 })
    clock.advance(10)
    expect(pool.stats.ready).toBe(3)
  })

  it('by hand sets no timer', () => {
    const clock = createManualClock()
    const { signer } = pooled({ clock })
    sign(signer)
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps no process alive', () => {
    const clock = createManualClock()
    const asked: unknown[] = []
    const schedule: Clock['schedule'] = (fn, ms, options) => {
      asked.push(options?.background)
      return clock.schedule(fn, ms)
    }
    pooled({ clock: { ...clock, schedule }, refill: 'idle', size: 2 }, secp256k1)
    clock.advance(10)
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.every((isBackground) => isBackground === true)).toBe(true)
  })
})

describe('a pool that makes wrong signatures', () => {
  const ofAnotherKey: Secp256k1['publicKey'] = (key) =>
    secp256k1.publicKey(key.map((byte, index) => (index === 31 ? byte ^ 1 : byte)))

  /** Passes the check of backends, and is wrong from then on. */
  function turning(wrong = ofAnotherKey): { readonly curve: Secp256k1; turn(): void } {
    let isWrong = false
    const publicKey: Secp256k1['publicKey'] = (key) => (isWrong ? wrong : secp256k1.publicKey)(key)
    return {
      curve: { ...secp256k1, publicKey },
      turn() {
        isWrong = true
      },
    }
  }

  it('is found out at the start, before one is handed out', () => {
    const { curve, turn } = turning()
    const { pool, signer } = pooled({}, curve)
    turn()
    expect(pool.fill()).toBe(0)
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ ready: 0, signed: 0, fallbacks: 1, verified: 1, state: 'broken' })
    pool.close()
    expect(pool.stats.state).toBe('broken')
  })

  it.each<[string, Secp256k1['publicKey']]>([
    [
      'throws',
      () => {
        throw new Error(TEST_KEY)
      },
    ],
    ['finds points that no signature can use', () => new Uint8Array(65).fill(255)],
    ['answers with nothing', () => new Uint8Array(0)],
  ])('because its curve %s is given up, without an error in anybody’s timer', (_, wrong) => {
    const { curve, turn } = turning(wrong)
    const clock = createManualClock()
    const { pool, signer } = pooled({ clock, refill: 'idle', size: 3 }, curve)
    pool.fill(2)
    expect(pool.stats.ready).toBe(2)
    turn()
    clock.advance(10)
    expect(pool.stats).toMatchObject({ ready: 0, state: 'broken' })
    expect(clock.pendingTimers).toBe(0)
    expectFallback(signer)
  })

  it('is found out later by checking every so manieth, and never used again', () => {
    const { curve, turn } = turning()
    const { pool, signer } = pooled({ verifyEvery: 4 }, curve)
    pool.fill(3)
    turn()
    pool.fill(2)
    for (let i = 0; i < 3; i++) sign(signer)
    expectFallback(signer)
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ ready: 0, signed: 3, fallbacks: 2, verified: 2, state: 'broken' })
    expect(pool.fill()).toBe(0)
  })

  it('is found out in time when every one is checked', async () => {
    const { curve, turn } = turning()
    const { pool, signer } = pooled({ verifyEvery: 1 }, curve)
    pool.fill(1)
    turn()
    pool.fill(1)
    const digest = randomDigest()
    await expectGood(digest, sign(signer, digest))
    expectFallback(signer)
    expect(pool.stats).toMatchObject({ signed: 1, state: 'broken' })
  })
})

describe('createSignaturePool', () => {
  it.each<[SignaturePoolOptions, RegExp]>([
    [{ size: 0 }, /^size: /],
    [{ size: 1.5 }, /^size: /],
    [{ size: 2_000_000 }, /^size: /],
    [{ verifyEvery: 0 }, /^verifyEvery: /],
    [{ refill: 'always' as 'idle' }, /^refill: expected "idle" or "manual", got "always"/],
  ])('refuses %o by name', (options, message) => {
    expect(() => createSignaturePool(options)).toThrow(message)
  })

  it('serves one signer, which has a key of its own', () => {
    const { pool } = pooled()
    expect(() => createLocalSigner(TEST_KEY, { prepare: pool })).toThrow(/^prepare: this pool has served a signer/)
    const closed = createSignaturePool()
    closed.close()
    expect(() => createLocalSigner(TEST_KEY, { prepare: closed })).toThrow(TypeError)
    expect(() => createLocalSigner(TEST_KEY, { prepare: { size: 5 } as never })).toThrow(
      new TypeError('prepare: expected what createSignaturePool returns'),
    )
    const account = privateKeyToAccount(TEST_KEY)
    expect(() => createLocalSigner(account, { prepare: createSignaturePool() })).toThrow(
      new TypeError('prepare: only a signer made of a hex key can use it'),
    )
  })

  it('is left alone by a signer that turns out to be of another address', () => {
    const pool = createSignaturePool({ size: 1, refill: 'manual' })
    const expectedAddress = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
    expect(() => createLocalSigner(TEST_KEY, { prepare: pool, expectedAddress })).toThrow(/^expected to sign for/)
    expect(pool.stats.state).toBe('unused')
  })

  it('makes nothing before it serves a signer', () => {
    const pool = createSignaturePool()
    expect(pool.fill()).toBe(0)
    expect(() => pool.fill(-1)).toThrow(/^count: /)
    expect(pool.stats).toStrictEqual({ ready: 0, signed: 0, fallbacks: 0, dropped: 0, verified: 0, state: 'unused' })
  })
})
