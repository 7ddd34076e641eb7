import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientOrderId, clientOrderIdFromBytes, externalOrderKey, isClientOrderId } from '../../src/model/ids.js'

const ID = '0x0de3e244a8f44fc28a6b7bc852d66d19'

describe('clientOrderId', () => {
  it.each([ID, `0x${'0'.repeat(31)}1`, `0x${'f'.repeat(32)}`])('takes %s', (id) => {
    expect(clientOrderId(id)).toBe(id)
    expect(isClientOrderId(id)).toBe(true)
  })

  it.each([
    ['all zero, which the venue reads as none', `0x${'0'.repeat(32)}`],
    ['upper case, which breaks the signature', ID.toUpperCase().replace('0X', '0x')],
    ['an upper-case prefix', ID.replace('0x', '0X')],
    ['no prefix', ID.slice(2)],
    ['a digit too few', ID.slice(0, -1)],
    ['a digit too many', `${ID}0`],
    ['a letter that is no digit', `${ID.slice(0, -1)}g`],
    ['a trailing line break', `${ID}\n`],
    ['nothing', ''],
  ])('refuses %s', (_, id) => {
    expect(isClientOrderId(id)).toBe(false)
    expect(() => clientOrderId(id)).toThrow(RangeError)
    expect(() => clientOrderId(id, 'target')).toThrow(
      /^target: expected 0x and 32 lower-case hex digits, not all zero, got "/,
    )
  })

  it.each([undefined, null, 5, 5n, {}, [ID]])('refuses %o with a TypeError', (value) => {
    expect(isClientOrderId(value)).toBe(false)
    expect(() => clientOrderId(value)).toThrow(/^clientOrderId: expected a string, got /)
    expect(() => clientOrderId(value)).toThrow(TypeError)
  })

  it('does not repeat a very long string', () => {
    try {
      clientOrderId('x'.repeat(100_000))
      expect.unreachable()
    } catch (error) {
      expect(String(error).length).toBeLessThan(250)
    }
  })
})

describe('clientOrderIdFromBytes', () => {
  it('spells sixteen bytes', () => {
    expect(clientOrderIdFromBytes(Uint8Array.from({ length: 16 }, (_, index) => index * 16 + 1))).toBe(
      '0x0111213141516171' + '8191a1b1c1d1e1f1',
    )
  })

  it('makes a valid id of any bytes, and different ids of different bytes', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 40 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(isClientOrderId(clientOrderIdFromBytes(a))).toBe(true)
        const same = a.slice(0, 16).every((byte, index) => byte === b[index])
        expect(clientOrderIdFromBytes(a) === clientOrderIdFromBytes(b)).toBe(same)
      }),
    )
  })

  it('never makes the zero id', () => {
    expect(clientOrderIdFromBytes(new Uint8Array(16))).toBe(`0x${'0'.repeat(31)}1`)
  })

  it.each([0, 1, 15])('refuses %i bytes: an id made of less would repeat', (length) => {
    expect(() => clientOrderIdFromBytes(new Uint8Array(length))).toThrow(
      new RangeError(`bytes: expected at least 16, got ${length}`),
    )
  })
})

describe('externalOrderKey', () => {
  it('is a key of its own for every order id', () => {
    const ids = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(isClientOrderId(externalOrderKey(a))).toBe(true)
        expect(externalOrderKey(a) === externalOrderKey(b)).toBe(a === b)
      }),
    )
  })
})
