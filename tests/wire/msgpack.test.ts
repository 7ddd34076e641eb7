/** Our bytes against those of a second implementation, and what the encoder refuses. */
import { runInNewContext } from 'node:vm'
import { encode as referenceEncode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { createLocalSigner, type Encodable, encodeAction, l1ActionHash, l1Digest } from 'hip3-executor/signing'
import { recoverAddress } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import type { Action } from '../../src/wire/actions.js'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'
import { actions, addresses, integers } from '../helpers/random-actions.js'

/** What is left of an action once JSON has dropped its unset keys. */
const withoutUnset = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
const hexOf = (value: Encodable): string => hex(encodeAction(value))
const referenceHexOf = (value: unknown): string => hex(referenceEncode(value))

describe('encodeAction', () => {
  it('writes the bytes @msgpack/msgpack writes, for any action', () => {
    const seen = new Set<Action['type']>()
    fc.assert(
      fc.property(actions, (action) => {
        seen.add(action.type)
        expect(hexOf(action)).toBe(referenceHexOf(withoutUnset(action)))
      }),
      { numRuns: 3_000 },
    )
    expect(seen.size).toBe(11)
  })

  it('writes the bytes @msgpack/msgpack writes, for anything made of encodable parts', () => {
    const { tree } = fc.letrec<{ tree: Encodable; leaf: Encodable }>((tie) => ({
      leaf: fc.oneof(
        integers(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.boolean(),
        fc.constant(null),
      ),
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(fc.string({ maxLength: 6 }), tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        expect(hexOf(value)).toBe(referenceHexOf(value))
      }),
      { numRuns: 400 },
    )
  })

  it('signs any action, on either network, with or without vault and expiry, so that the signer is recovered', async () => {
    const signer = createLocalSigner(TEST_KEY)
    const millis = integers(0, Number.MAX_SAFE_INTEGER)
    const options = fc.record(
      { nonce: millis, vaultAddress: addresses, expiresAfter: millis },
      { requiredKeys: ['nonce'], noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(actions, options, fc.constantFrom('mainnet', 'testnet'), async (action, hashed, network) => {
        const connectionId = l1ActionHash(action, hashed)
        const digest = l1Digest(connectionId, network)
        const { r, s, v } = await signer.sign(digest, { network, connectionId })
        const recovered = await recoverAddress({ hash: digest, signature: { r, s, v: BigInt(v) } })
        expect(recovered.toLowerCase()).toBe(TEST_ADDRESS)
      }),
      { numRuns: 300 },
    )
  })

  it('writes an integer of 2^32 or more as uint64, where msgpackr alone would write a float', () => {
    expect(hexOf({ o: 0xffff_ffff })).toBe('0x81a16fceffffffff')
    expect(hexOf({ o: 0x1_0000_0000 })).toBe('0x81a16fcf0000000100000000')
    expect(hexOf({ o: Number.MAX_SAFE_INTEGER })).toBe('0x81a16fcf001fffffffffffff')
  })

  it('writes an integer below -2^31 as int64', () => {
    expect(hexOf({ ntli: -0x8000_0000 })).toBe('0x81a46e746c69d280000000')
    expect(hexOf({ ntli: -0x8000_0001 })).toBe('0x81a46e746c69d3ffffffff7fffffff')
    expect(hexOf({ ntli: Number.MIN_SAFE_INTEGER })).toBe('0x81a46e746c69d3ffe0000000000001')
  })

  it('writes minus zero as zero', () => {
    expect(hexOf(-0)).toBe('0x00')
    expect(hexOf([-0, 2 ** 40])).toBe(referenceHexOf([0, 2 ** 40]))
  })

  it.each([15, 16, 255, 256, 65_535, 65_536])('writes maps and lists of %i entries', (count) => {
    const list = Array<number>(count).fill(7)
    const map = Object.fromEntries(list.map((value, index) => [index.toString(36), value]))
    expect(hexOf(list)).toBe(referenceHexOf(list))
    expect(hexOf(map)).toBe(referenceHexOf(map))
    // A wide integer makes the encoder compose the heads itself.
    expect(hexOf(list.with(-1, 2 ** 33))).toBe(referenceHexOf(list.with(-1, 2 ** 33)))
    expect(hexOf({ ...map, 0: 2 ** 33 })).toBe(referenceHexOf({ ...map, 0: 2 ** 33 }))
  })

  it.each([31, 32, 255, 256, 65_535, 65_536])('writes strings of %i characters', (length) => {
    const text = 'x'.repeat(length)
    expect(hexOf(text)).toBe(referenceHexOf(text))
    expect(hexOf({ [text]: [text, 2 ** 33] })).toBe(referenceHexOf({ [text]: [text, 2 ** 33] }))
  })

  it('leaves unset keys out, and writes null where null is said (F-14)', () => {
    expect(hexOf({ type: 'scheduleCancel', time: undefined })).toBe(hexOf({ type: 'scheduleCancel' }))
    expect(hexOf({ t: null })).toBe('0x81a174c0')
  })

  it('writes keys in the order in which they were set', () => {
    expect(hexOf({ b: 1, a: 2 })).toBe('0x82a16201a16102')
  })

  it.each(['__proto__', 'constructor', 'toJSON', 'length', ''])(
    'takes the key "%s" for a key like any other',
    (key) => {
      for (const value of [1, 2 ** 33, { a: 1 }]) {
        const action = JSON.parse(`{"a":{${JSON.stringify(key)}:${JSON.stringify(value)},"b":2}}`) as Encodable
        expect(hexOf(action)).toBe(referenceHexOf(action))
      }
    },
  )

  it('takes objects and lists of another realm for what they are', () => {
    const action = runInNewContext("({ type: 'cancel', cancels: [{ a: 1, o: 2 }], f: undefined })") as Encodable
    expect(hexOf(action)).toBe(hexOf({ type: 'cancel', cancels: [{ a: 1, o: 2 }] }))
    expect(hexOf(Object.assign(Object.create(null), { type: 'noop' }))).toBe(hexOf({ type: 'noop' }))
  })

  it('leaves the action as it was', () => {
    const action = { type: 'cancel', cancels: [{ a: 1, o: 2 ** 40 }], f: undefined }
    encodeAction(action)
    expect(action).toStrictEqual({ type: 'cancel', cancels: [{ a: 1, o: 2 ** 40 }], f: undefined })
  })

  it('gives bytes of their own: a plain array that shares no memory with another', () => {
    for (const action of [{ type: 'noop' }, { type: 'scheduleCancel', time: 2 ** 40 }]) {
      const bytes = encodeAction(action)
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
    }
  })

  class Price {
    readonly value = '1'
  }
  it.each<[string, unknown, string]>([
    ['a fraction', { orders: [{ p: 0.5 }] }, 'orders[0].p: expected a safe integer, got 0.5'],
    ['NaN', { a: Number.NaN }, 'a: expected a safe integer, got NaN'],
    ['infinity', [1, Number.POSITIVE_INFINITY], '[1]: expected a safe integer, got Infinity'],
    ['an integer above 2^53 - 1', { o: 2 ** 53 }, 'o: expected a safe integer, got 9007199254740992'],
    ['a bigint', { cancels: [{ o: 5n }] }, 'cancels[0].o: cannot encode a bigint'],
    ['a function', { f: () => 1 }, 'f: cannot encode a function'],
    ['a symbol', { s: Symbol('s') }, 's: cannot encode a symbol'],
    ['undefined itself', undefined, 'action: cannot encode a undefined'],
    ['undefined in a list', { l: [undefined] }, 'l[0]: cannot encode a undefined'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    ['a hole in a list', { l: [1, , 2] }, 'l[1]: cannot encode a undefined'],
    ['a date', { time: new Date(0) }, 'time: expected a plain object'],
    ['a map', { m: new Map([['a', 1]]) }, 'm: expected a plain object'],
    ['bytes', { b: new Uint8Array(2) }, 'b: expected a plain object'],
    ['an instance of a class', { orders: [{ p: new Price() }] }, 'orders[0].p: expected a plain object'],
    ['a number at the top', 1.5, 'action: expected a safe integer, got 1.5'],
  ])('refuses %s with a TypeError that names the path', (_, value, message) => {
    expect(() => encodeAction(value as Encodable)).toThrow(new TypeError(message))
  })
})
