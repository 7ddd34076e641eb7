/** Our keccak-256 against another one, at every length at which a block could end. */
import fc from 'fast-check'
import { keccak256 as reference } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { keccak256 } from '../../src/wire/keccak.js'

const RATE = 136

describe('keccak256', () => {
  it('of nothing is the hash everybody knows', () => {
    expect(Buffer.from(keccak256(new Uint8Array(0))).toString('hex')).toBe(
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    )
  })

  it('agrees with another implementation at every length up to five blocks', () => {
    for (let length = 0; length <= 5 * RATE; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256)
      expect(keccak256(bytes)).toStrictEqual(reference(bytes, 'bytes'))
    }
  })

  it('agrees with another implementation on any bytes, also those of a view into a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat({ max: 50 }), (bytes, offset) => {
        const around = new Uint8Array(bytes.length + 2 * offset).fill(0xaa)
        around.set(bytes, offset)
        const view = around.subarray(offset, offset + bytes.length)
        expect(keccak256(view)).toStrictEqual(reference(bytes, 'bytes'))
      }),
      { numRuns: 300 },
    )
  })

  it('gives bytes of their own, and leaves those it was given alone', () => {
    const bytes = new Uint8Array(RATE).fill(1)
    const first = keccak256(bytes)
    const copy = first.slice()
    keccak256(new Uint8Array(10))
    expect(first).toStrictEqual(copy)
    expect(first.buffer.byteLength).toBe(32)
    expect(bytes).toStrictEqual(new Uint8Array(RATE).fill(1))
  })
})
