import { createRequire } from 'node:module'
import HostBig from 'big.js'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type DecimalInput, decimal, decimalFromVenue, max, min, toWire, ZERO } from '../../src/model/decimal.js'

/** The CommonJS file of big.js: another copy of the class, as a second version in a user's tree would be. */
const ForeignBig = createRequire(import.meta.url)('big.js') as typeof HostBig

/** Plain decimals: a sign now and then, up to twenty digits either side of the point, zeros anywhere. */
const digits = (minLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength: 20 })
const plainDecimals: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('', '', '-'), digits(1), fc.option(digits(1), { nil: undefined }))
  .map(([sign, whole, fraction]) => sign + whole + (fraction === undefined ? '' : `.${fraction}`))

describe('decimal', () => {
  it.each(['0', '-0', '182.51', '-3', '00.5', '100.000', '0.00000001', '9'.repeat(64)])('reads %s', (text) => {
    expect(decimal(text, 'price').eq(new HostBig(text))).toBe(true)
  })

  it.each<[unknown, string]>([
    [182.51, 'price: expected a decimal string or a Big, got the number 182.51 (floats are not money; pass a string)'],
    [0, 'price: expected a decimal string or a Big, got the number 0 (floats are not money; pass a string)'],
    [Number.NaN, 'price: expected a decimal string or a Big, got the number NaN (floats are not money; pass a string)'],
    [5n, 'price: expected a decimal string or a Big, got bigint'],
    [true, 'price: expected a decimal string or a Big, got boolean'],
    [null, 'price: expected a decimal string or a Big, got null'],
    [undefined, 'price: expected a decimal string or a Big, got undefined'],
    [{}, 'price: expected a decimal string or a Big, got object'],
    [['1'], 'price: expected a decimal string or a Big, got object'],
    [new Number(5), 'price: expected a decimal string or a Big, got object'],
    [{ toString: () => '5' }, 'price: expected a decimal string or a Big, got object'],
    [{ c: [5], e: 0, s: 1 }, 'price: expected a decimal string or a Big, got object'],
    [{ c: [5], e: 0, s: 1, toFixed: () => 5 }, 'price: expected a decimal string or a Big, got object'],
    [() => '5', 'price: expected a decimal string or a Big, got function'],
  ])('refuses %o with a TypeError that names the argument', (value, message) => {
    expect(() => decimal(value as DecimalInput, 'price')).toThrow(new TypeError(message))
  })

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '--1',
    '1e3',
    '1E-7',
    'NaN',
    'Infinity',
    '-Infinity',
    '0x10',
    '1_000',
    '1,5',
    '.5',
    '5.',
    '.',
    '-',
    '-.',
    '1.2.3',
    '٣',
    'abc',
    '１',
  ])('refuses the string %j with a RangeError that names the argument', (text) => {
    expect(() => decimal(text, 'size')).toThrow(
      new RangeError(`size: expected a plain decimal such as "182.51", got ${JSON.stringify(text)}`),
    )
  })

  it('refuses a very long string, and repeats only its beginning', () => {
    const text = '1'.repeat(1_000_000)
    expect(() => decimal(text, 'size')).toThrow(RangeError)
    try {
      decimal(text, 'size')
    } catch (error) {
      expect(String(error).length).toBeLessThan(200)
    }
  })

  it('refuses a Big too long to be a price as it refuses the same string', () => {
    for (const text of ['1e64', '1e-63', '-1e63', `${'1'.repeat(65)}`]) {
      for (const Constructor of [HostBig, ForeignBig]) {
        expect(() => decimal(new Constructor(text), 'price')).toThrow(RangeError)
      }
    }
    expect(decimal(new HostBig('1e63'), 'price').eq('1e63')).toBe(true)
  })

  it('takes a Big of the same copy of big.js, of another copy, and of another constructor', () => {
    const Configured = HostBig()
    Configured.PE = 1
    Configured.NE = -1
    expect(ForeignBig.prototype).not.toBe(HostBig.prototype)
    for (const Constructor of [HostBig, ForeignBig, Configured]) {
      for (const text of ['123456.5', '-0.00000000012', '0', '1e21']) {
        const value = decimal(new Constructor(text), 'price')
        expect(value).toBeInstanceOf(HostBig)
        expect(value.eq(text)).toBe(true)
      }
    }
  })

  it('gives the value, not the object: what the caller does to a Big afterwards changes nothing', () => {
    const theirs = new HostBig('12.5')
    const ours = decimal(theirs, 'price')
    theirs.c[0] = 9
    theirs.s = -1
    expect(toWire(ours)).toBe('12.5')
  })
})

describe('a decimal', () => {
  const { DP, RM, PE, NE, strict } = HostBig
  afterEach(() => {
    Object.assign(HostBig, { DP, RM, PE, NE, strict })
  })

  it('does not follow the settings of the big.js it shares with the rest of the process', () => {
    Object.assign(HostBig, { DP: 0, RM: HostBig.roundUp, PE: 1, NE: -1, strict: true })
    for (const input of ['1', new HostBig('1'), new ForeignBig('1')]) {
      expect(toWire(decimal(input, 'price').div('8'))).toBe('0.125')
    }
    expect(toWire(decimal('123456', 'price'))).toBe('123456')
    expect(decimalFromVenue(2.5)?.eq('2.5')).toBe(true)
    expect(toWire(ZERO.plus('7').div('2'))).toBe('3.5')
  })

  it('adds without the error of binary fractions', () => {
    expect(toWire(decimal('0.1', 'a').plus(decimal('0.2', 'b')))).toBe('0.3')
  })
})

describe('toWire, the only form the venue hashes (W-48)', () => {
  // The first eleven are what other implementations agree on.
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.0000', '0'],
    ['0.000', '0'],
    ['0.00076000', '0.00076'],
    ['0.00000001', '0.00000001'],
    ['0.12345678', '0.12345678'],
    ['87654321.12345678', '87654321.12345678'],
    ['987654321.00000000', '987654321'],
    ['1.2300', '1.23'],
    ['100', '100'],
    ['-1.50', '-1.5'],
    ['105.00', '105'],
    ['000100.0', '100'],
    ['1000000000000000000000000', '1000000000000000000000000'],
    ['0.0000000000000000000001', '0.0000000000000000000001'],
  ])('spells %s as %s', (text, wire) => {
    expect(toWire(decimal(text, 'price'))).toBe(wire)
  })

  it.each(['1e2', '1e21', '1e30', '1e-7', '1e-19'])('spells %s without an exponent', (text) => {
    expect(toWire(decimal(new HostBig(text), 'price'))).toMatch(/^\d+(\.\d+)?$/)
  })

  it('keeps the value, is canonical, and spelling it twice changes nothing', () => {
    fc.assert(
      fc.property(plainDecimals, (text) => {
        const wire = toWire(decimal(text, 'price'))
        expect(new HostBig(wire).eq(new HostBig(text))).toBe(true)
        expect(wire).toMatch(/^(0|-?([1-9]\d*|0)(\.\d*[1-9])?)$/)
        expect(wire).not.toBe('-0')
        expect(toWire(decimal(wire, 'price'))).toBe(wire)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('toWire of what arithmetic leaves', () => {
  it('is canonical too', () => {
    const operands = plainDecimals.map((text) => decimal(text.slice(0, 16).replace(/\.$/, ''), 'operand'))
    fc.assert(
      fc.property(
        operands,
        operands,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 0, max: 3 }),
        (a, b, places, mode) => {
          const results = [a.plus(b), a.minus(b), a.times(b), a.round(places, mode as 0 | 1 | 2 | 3), a.abs(), a.neg()]
          if (!b.eq(ZERO)) results.push(a.div(b))
          for (const result of results) {
            const wire = toWire(result)
            expect(wire).toMatch(/^(0|-?([1-9]\d*|0)(\.\d*[1-9])?)$/)
            expect(wire).not.toBe('-0')
            expect(new HostBig(wire).eq(result)).toBe(true)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('decimalFromVenue', () => {
  it.each<[unknown, string]>([
    ['182.51', '182.51'],
    ['2.0', '2'],
    [' 5 ', '5'],
    ['-0.0213', '-0.0213'],
    [182.51, '182.51'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [-0, '0'],
  ])('reads %o', (value, wire) => {
    const read = decimalFromVenue(value)
    expect(read && toWire(read)).toBe(wire)
  })

  it.each([
    '',
    'abc',
    '1e5',
    'NaN',
    '0x1',
    '9'.repeat(65),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    5n,
    {},
    ['1'],
  ])('answers undefined for %o', (value) => {
    expect(decimalFromVenue(value)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        decimalFromVenue(value)
      }),
    )
  })
})

describe('min and max', () => {
  it('pick the smaller and the larger', () => {
    const [one, two] = [decimal('1', 'a'), decimal('2', 'b')]
    expect([min(one, two), min(two, one), max(one, two), max(two, one)]).toStrictEqual([one, one, two, two])
  })
})
