import SharedBig from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLeanBig } from '../../src/model/lean-big.js'

const { Big: Lean, read } = createLeanBig()

/** What a number is made of, the sign of a zero included. */
const partsOf = ({ s, e, c }: SharedBig) => ({ s, e, c: [...c] })

/** Numbers that meet: few digits, many zeros and nines in them, near each other in size and far apart. */
const digits = fc
  .array(fc.constantFrom(0, 0, 1, 4, 5, 9, 9), { minLength: 1, maxLength: 18 })
  .map((list) => list.join(''))
const text = fc
  .tuple(fc.constantFrom('', '-'), digits, fc.integer({ min: -20, max: 20 }))
  .map(([sign, whole, exponent]) => `${sign}${whole}e${exponent}`)

describe('a lean number', () => {
  it.each(['cmp', 'plus', 'minus', 'times', 'add', 'sub', 'mul'] as const)('%s says what big.js says', (name) => {
    const check = (a: string, b: string) => {
      const stock = new SharedBig(a)[name](new SharedBig(b))
      const lean = new Lean(a)[name](new Lean(b))
      if (typeof stock === 'number' || typeof lean === 'number') expect(lean).toBe(stock)
      else expect(partsOf(lean)).toEqual(partsOf(stock))
    }
    fc.assert(fc.property(text, text, check), { numRuns: 10_000 })
    const opposites = text.map((a) => [a, a.replace(/^-?/, '-'), '0', '-0'])
    const checkAll = (numbers: readonly string[]) => {
      for (const a of numbers) for (const b of numbers) check(a, b)
    }
    fc.assert(fc.property(opposites, checkAll))
  })

  it('is read from a plain decimal as big.js reads it, and from nothing else', () => {
    const character = fc.constantFrom(...'00159...--+e _\n٣')
    const anything = fc.array(character, { maxLength: 12 }).map((list) => list.join(''))
    const plain = /^-?\d+(\.\d+)?$/
    const plainText = fc.stringMatching(plain, { maxLength: 70 })
    fc.assert(
      fc.property(fc.oneof(anything, plainText), (text) => {
        const number = read(text)
        expect(number && partsOf(number)).toEqual(plain.test(text) ? partsOf(new SharedBig(text)) : undefined)
      }),
      { numRuns: 20_000 },
    )
  })

  it('leaves the numbers it was made from as they were', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [new Lean(a), new Lean(b)]
        const before = [partsOf(x), partsOf(y)]
        for (const name of ['cmp', 'plus', 'minus', 'times'] as const) x[name](y)
        expect([partsOf(x), partsOf(y)]).toEqual(before)
      }),
    )
  })

  it('takes texts, JavaScript numbers and numbers of another copy as big.js does', () => {
    for (const other of ['0.1', 3, new SharedBig('2.5')]) {
      expect(new Lean('1.5').plus(other).eq(new SharedBig('1.5').plus(other))).toBe(true)
      expect(new Lean('1.5').minus(other).eq(new SharedBig('1.5').minus(other))).toBe(true)
      expect(new Lean('1.5').times(other).eq(new SharedBig('1.5').times(other))).toBe(true)
      expect(new Lean('1.5').cmp(other)).toBe(new SharedBig('1.5').cmp(other))
    }
    expect(() => new Lean(1).plus('nonsense')).toThrow(/Invalid/)
  })

  it('is a big.js number to whoever imports big.js, and rounds, divides and prints as one', () => {
    const number = new Lean('182.515')
    expect(number).toBeInstanceOf(SharedBig)
    expect(number.round(2, 0).toFixed()).toBe('182.51')
    expect(number.div(3).toFixed(4)).toBe('60.8383')
    expect(new SharedBig('1').plus(number).toFixed()).toBe('183.515')
    expect(JSON.stringify({ number: number.times(2) })).toBe('{"number":"365.03"}')
  })
})
