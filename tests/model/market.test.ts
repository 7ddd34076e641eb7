/** The grid of legal prices and sizes, and asset ids, held against the venue's own lists. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decimal, decimal, toWire } from '../../src/model/decimal.js'
import {
  dexOf,
  floorSize,
  isLegalPrice,
  isLegalSize,
  MIN_ORDER_VALUE,
  opposite,
  perpAssetId,
  priceBand,
  priceDecimals,
  type Rounding,
  roundPrice,
  type Side,
  tickAt,
} from '../../src/model/market.js'
import { type MetaAsset, parseMeta, parsePerpDexs } from '../../src/wire/info.js'
import { recordedUniverse } from '../helpers/fixtures.js'

const d = (text: string): Decimal => decimal(text, 'test')
const price = (text: string, side: Side, szDecimals: number, rounding?: Rounding): string =>
  toWire(roundPrice(d(text), side, szDecimals, rounding))

/** The rule as the venue words it, on the text alone: an integer, or five significant figures and 6 − szDecimals decimals. */
function legalByTheRule(wire: string, szDecimals: number): boolean {
  if (!/^\d+(\.\d*[1-9])?$/.test(wire) || wire === '0') return false
  const [whole = '', fraction = ''] = wire.split('.')
  if (fraction === '') return true
  const significant = (whole + fraction).replace(/^0+/, '').length
  return significant <= 5 && fraction.length <= 6 - szDecimals
}

/** All arithmetic of the checks below is on integers: prices and sizes in units of 10^-30. */
const SCALE = 30
const scaled = (wire: string): bigint => {
  const [whole = '', fraction = ''] = wire.split('.')
  return BigInt(whole + fraction.padEnd(SCALE, '0'))
}
const unscaled = (value: bigint): string => {
  const text = value.toString().padStart(SCALE + 1, '0')
  return `${text.slice(0, -SCALE)}.${text.slice(-SCALE)}`
}

/** The distance of legal prices around a price: the coarser of both limits, and never more than one. */
function stepByTheRule(value: bigint, szDecimals: number): bigint {
  const magnitude = value.toString().length - 1 - SCALE
  const exponent = Math.min(0, Math.max(szDecimals - 6, magnitude - 4))
  return 10n ** BigInt(SCALE + exponent)
}

/** Prices of every magnitude, most of them off the grid, some of them next to a power of ten. */
const prices: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 16n }), fc.integer({ min: 8, max: 30 }))
    .map(([units, exponent]) => toWire(d(unscaled(units * 10n ** BigInt(SCALE - exponent))))),
  fc.tuple(fc.integer({ min: -6, max: 7 }), fc.integer({ min: -12, max: 12 })).map(([power, offset]) => {
    const value = 10n ** BigInt(SCALE + power) + BigInt(offset) * 10n ** BigInt(SCALE - 9)
    return toWire(d(unscaled(value > 0n ? value : 1n)))
  }),
)
const szDecimals = fc.integer({ min: 0, max: 5 })
const sides = fc.constantFrom<Side>('buy', 'sell')

describe('a legal price', () => {
  it.each([
    ['1234.5', [0, 1, 2, 3, 4, 5], true],
    ['1234.56', [0, 1, 2, 3, 4, 5], false],
    ['0.001234', [0], true],
    ['0.001234', [1], false],
    ['0.0012345', [0], false],
    ['0.01234', [1], true],
    ['0.012345', [0], true],
    ['0.012345', [1], false],
    ['123456', [0, 1, 2, 3, 4, 5], true],
    ['12345.6', [0, 1, 2, 3, 4, 5], false],
    ['25451', [4], true],
    ['25451.5', [4], false],
    ['1234567890123', [0, 5], true],
    ['1.1', [5], true],
    ['1.01', [5], false],
    ['0', [0, 5], false],
    ['-1', [0, 5], false],
  ] as const)('%s with szDecimals %j is %s', (text, decimals, legal) => {
    for (const szDecimals of decimals) expect(isLegalPrice(d(text), szDecimals)).toBe(legal)
  })

  it('is what the rule says, for any price', () => {
    fc.assert(
      fc.property(prices, szDecimals, (text, decimals) => {
        expect(isLegalPrice(d(text), decimals)).toBe(legalByTheRule(text, decimals))
      }),
      { numRuns: 2_000 },
    )
  })

  it('lies as far from the next as the rule says, and never further than one', () => {
    fc.assert(
      fc.property(prices, szDecimals, (text, decimals) => {
        expect(toWire(tickAt(d(text), decimals))).toBe(toWire(d(unscaled(stepByTheRule(scaled(text), decimals)))))
      }),
      { numRuns: 1_000 },
    )
    expect([priceDecimals(d('99999.9'), 0), priceDecimals(d('9999.9'), 0), priceDecimals(d('0.5'), 3)]).toStrictEqual([
      0, 1, 3,
    ])
  })
})

describe('rounding a price', () => {
  it('gives the nearest legal price not worse than asked, or with "aggressive" not better, and twice is once', () => {
    fc.assert(
      fc.property(
        prices,
        szDecimals,
        sides,
        fc.constantFrom<Rounding>('passive', 'aggressive'),
        (text, decimals, side, rounding) => {
          const rounded = price(text, side, decimals, rounding)
          const [asked, got] = [scaled(text), scaled(rounded)]
          const step = stepByTheRule(asked, decimals)
          const below = (asked / step) * step
          const downwards = (side === 'buy') === (rounding === 'passive')
          expect(got).toBe(downwards || below === asked ? below : below + step)
          if (got !== 0n) expect(legalByTheRule(rounded, decimals)).toBe(true)
          expect(price(rounded, side, decimals, rounding)).toBe(rounded)
          // And the other side of the book would not move it either: it is on the grid for good.
          if (got !== 0n) expect(price(rounded, opposite(side), decimals, rounding)).toBe(rounded)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('is passive unless asked otherwise', () => {
    fc.assert(
      fc.property(prices, szDecimals, sides, (text, decimals, side) => {
        const rounded = roundPrice(d(text), side, decimals)
        expect(side === 'buy' ? rounded.lte(text) : rounded.gte(text)).toBe(true)
        expect(rounded.eq(roundPrice(d(text), side, decimals, 'passive'))).toBe(true)
      }),
    )
  })

  it('may gain a digit: 99999.9 becomes 100000, 9.99999 becomes 10', () => {
    expect(price('99999.9', 'sell', 0)).toBe('100000')
    expect(price('9.99999', 'sell', 0)).toBe('10')
    expect(price('0.0999999', 'sell', 0)).toBe('0.1')
    expect(price('99999.9', 'buy', 0, 'aggressive')).toBe('100000')
  })

  // Truncation, which is passive for a buy, as another implementation tests it.
  it.each([
    ['1234567', 0, '1234567'],
    ['12345.6', 0, '12345'],
    ['0.00123456', 0, '0.001234'],
    ['0.1234567', 0, '0.12345'],
    ['123.456', 5, '123.4'],
    ['1.1000', 0, '1.1'],
    ['00.123', 0, '0.123'],
    ['0.00001', 1, '0.00001'],
    ['0.1', 4, '0.1'],
    ['1', 5, '1'],
    ['0.0000001', 0, '0'],
  ])('a buy at %s with szDecimals %i goes out at %s', (asked, decimals, wire) => {
    expect(price(asked, 'buy', decimals)).toBe(wire)
  })

  // What the bot we descend from got right.
  it.each([
    ['12345.67', 'sell', '12345'],
    ['1234.56', 'sell', '1234.5'],
    ['100.001', 'buy', '100.01'],
    ['100.019', 'sell', '100.01'],
  ] as const)('aggressive, %s for a %s becomes %s', (asked, side, wire) => {
    expect(price(asked, side, 3, 'aggressive')).toBe(wire)
  })

  describe('does not repeat the wrong values of old (W-35)', () => {
    it('leaves a low-priced market its decimals instead of a tick of 0.01', () => {
      expect(price('0.6543', 'buy', 0)).toBe('0.6543')
      expect(price('0.6543', 'buy', 1)).toBe('0.6543')
      expect(price('0.004567', 'buy', 0)).toBe('0.004567')
    })

    it('leaves integers of six figures and more alone', () => {
      expect(price('123456', 'buy', 0)).toBe('123456')
      expect(price('123456.789', 'sell', 3, 'aggressive')).toBe('123456')
      expect(price('123456.789', 'buy', 3)).toBe('123456')
      expect(price('123456.789', 'sell', 3)).toBe('123457')
    })

    it('never ends below the price a marketable buy asked for', () => {
      expect(price('12345.6789', 'buy', 3, 'aggressive')).toBe('12346')
    })

    it('never spells more decimals than a perp may have', () => {
      expect(price('0.0000123456', 'buy', 0)).toBe('0.000012')
      expect(price('0.0000123456', 'sell', 0)).toBe('0.000013')
      expect(isLegalPrice(d('0.00001234'), 0)).toBe(false)
    })

    it('does not take a price that rounds to zero for a price', () => {
      expect(price('0.0000004', 'buy', 0)).toBe('0')
      expect(isLegalPrice(roundPrice(d('0.0000004'), 'buy', 0), 0)).toBe(false)
      expect(price('0.0000004', 'sell', 0)).toBe('0.000001')
    })

    it('moves a post-only quote away from the book, not into it', () => {
      expect(price('100.019', 'buy', 3)).toBe('100.01')
      expect(price('100.001', 'sell', 3)).toBe('100.01')
    })
  })
})

describe('a size', () => {
  it.each([
    ['123.456789', 2, '123.45'],
    ['1.0000', 4, '1'],
    ['0.0000001', 0, '0'],
    ['0.00001', 5, '0.00001'],
    ['1.2345', 3, '1.234'],
    ['1.100', 3, '1.1'],
    ['0.9', 0, '0'],
  ])('of %s with szDecimals %i is floored to %s', (size, decimals, wire) => {
    expect(toWire(floorSize(d(size), decimals))).toBe(wire)
  })

  it('has no limit of significant figures, so that a close leaves no dust (W-35)', () => {
    expect(toWire(floorSize(d('123.456'), 3))).toBe('123.456')
    expect(toWire(floorSize(d('123456'), 0))).toBe('123456')
    expect(toWire(floorSize(d('1234567.89123'), 5))).toBe('1234567.89123')
  })

  it('is floored to the largest legal size not above it, and twice is once', () => {
    fc.assert(
      fc.property(prices, szDecimals, (text, decimals) => {
        const lot = 10n ** BigInt(SCALE - decimals)
        const floored = toWire(floorSize(d(text), decimals))
        expect(scaled(floored)).toBe((scaled(text) / lot) * lot)
        expect(toWire(floorSize(d(floored), decimals))).toBe(floored)
        expect(isLegalSize(d(text), decimals)).toBe(scaled(text) % lot === 0n)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is legal only above zero', () => {
    expect([isLegalSize(d('0'), 2), isLegalSize(d('-1'), 2), isLegalSize(d('0.01'), 2)]).toStrictEqual([
      false,
      false,
      true,
    ])
  })
})

describe('the recorded universe', () => {
  type Listed = MetaAsset & { readonly assetId: number; readonly mark: string; readonly mid: string | null }
  const dexs = parsePerpDexs(recordedUniverse.perpDexs) ?? []
  const listed: Listed[] = recordedUniverse.universes.flatMap(({ dex, meta, marks, mids }) =>
    (parseMeta(meta)?.universe ?? []).map((asset, index) => ({
      ...asset,
      assetId: perpAssetId(dexs.indexOf(dex), index),
      mark: marks[index] ?? '',
      mid: mids[index] ?? null,
    })),
  )
  const idOf = (name: string): number | undefined => listed.find((asset) => asset.name === name)?.assetId

  it('has 40 markets of the validator dex and 43 of xyz', () => {
    expect(dexs.slice(0, 2)).toStrictEqual(['', 'xyz'])
    expect(listed.filter(({ name }) => dexOf(name) === '')).toHaveLength(40)
    expect(listed.filter(({ name }) => dexOf(name) === 'xyz')).toHaveLength(43)
  })

  it('gives every market the number the venue knows it by (F-31, W-34)', () => {
    expect(idOf('BTC')).toBe(0)
    expect(idOf('UNI')).toBe(39)
    expect(idOf('xyz:XYZ100')).toBe(110_000)
    expect(idOf('xyz:SILVER')).toBe(110_026)
    expect(idOf('xyz:RIVN')).toBe(110_027)
    expect(idOf('xyz:CL')).toBe(110_029)
    expect(new Set(listed.map(({ assetId }) => assetId)).size).toBe(listed.length)
  })

  it('keeps the slots of delisted markets: those behind them would be other markets otherwise', () => {
    const delisted = listed.filter(({ isDelisted }) => isDelisted)
    expect(delisted).toHaveLength(18)
    expect(idOf('xyz:COST')).toBe(110_020)
    expect(idOf('xyz:KR200')).toBe(110_042)
    const compacted = listed.filter(({ name, isDelisted }) => dexOf(name) === 'xyz' && !isDelisted)
    expect(compacted.findIndex(({ name }) => name === 'xyz:SILVER')).not.toBe(26)
  })

  it('is not in the order of the lists inside perpDexs, which would give other ids (F-31)', () => {
    const alphabetical = recordedUniverse.perpDexs[1]?.assetToStreamingOiCap?.map(([name]) => name) ?? []
    expect(alphabetical.length).toBeGreaterThan(10)
    const misled = alphabetical.filter((name, index) => idOf(name) !== perpAssetId(1, index))
    expect(misled.length).toBeGreaterThan(10)
  })

  it('takes szDecimals from the dex’s own list (F-32)', () => {
    expect(listed.find(({ name }) => name === 'xyz:GOLD')?.szDecimals).toBe(4)
  })

  it.each(listed)('has a legal mark for $name', ({ mark, szDecimals: decimals }) => {
    expect(isLegalPrice(d(mark), decimals)).toBe(true)
    expect(legalByTheRule(toWire(d(mark)), decimals)).toBe(true)
  })

  /** A mid is the middle of the best bid and ask, both legal; where their distance is odd, it lies on half a tick. */
  it.each(listed.filter(({ mid }) => mid !== null))(
    'has a mid for $name that is legal, or half way between two legal prices',
    (asset) => {
      const mid = d(asset.mid ?? '')
      if (isLegalPrice(mid, asset.szDecimals)) return
      const [below, above] = (['buy', 'sell'] as const).map((side) => roundPrice(mid, side, asset.szDecimals))
      if (below === undefined || above === undefined) throw new Error('unreachable')
      expect([below, above].every((neighbour) => legalByTheRule(toWire(neighbour), asset.szDecimals))).toBe(true)
      expect(toWire(above.minus(below))).toBe(toWire(tickAt(mid, asset.szDecimals)))
      expect(toWire(below.plus(above).div('2'))).toBe(toWire(mid))
    },
  )

  it('has mids of both kinds', () => {
    const mids = listed.filter(({ mid }) => mid !== null)
    const onGrid = mids.filter(({ mid, szDecimals: decimals }) => isLegalPrice(d(mid ?? ''), decimals))
    expect([mids.length, onGrid.length]).toStrictEqual([65, 36])
  })
})

describe('perpAssetId', () => {
  it.each([
    [0, 0, 0],
    [0, 173, 173],
    [1, 0, 110_000],
    [1, 26, 110_026],
    [2, 0, 120_000],
    [9_989, 9_999, 99_999_999],
  ])('dex %i, slot %i is asset %i', (dexIndex, indexInMeta, assetId) => {
    expect(perpAssetId(dexIndex, indexInMeta)).toBe(assetId)
  })

  it.each([-1, 1.5, Number.NaN, 10_000])('refuses slot %d, whose id would belong to another market', (index) => {
    expect(() => perpAssetId(1, index)).toThrow(
      new RangeError(`indexInMeta: expected a whole number from 0 to 9999, got ${index}`),
    )
  })

  it.each([-1, 1.5, Number.NaN, 9_990])(
    'refuses dex %d, whose ids would be those of another kind of market',
    (index) => {
      expect(() => perpAssetId(index, 0)).toThrow(
        new RangeError(`dexIndex: expected a whole number from 0 to 9989, got ${index}`),
      )
    },
  )
})

describe('names and sides', () => {
  it.each([
    ['xyz:SILVER', 'xyz'],
    ['BTC', ''],
    ['xyz:A:B', 'xyz'],
    [':X', ''],
  ])('%s is of the dex "%s"', (name, dex) => {
    expect(dexOf(name)).toBe(dex)
  })

  it('turns a side around', () => {
    expect([opposite('buy'), opposite('sell')]).toStrictEqual(['sell', 'buy'])
  })
})

describe('the limits of the venue', () => {
  it('are ten units of quote, and 80 per cent either side of the mark', () => {
    expect(toWire(MIN_ORDER_VALUE)).toBe('10')
    const { low, high } = priceBand(d('400'))
    expect([toWire(low), toWire(high)]).toStrictEqual(['80', '720'])
  })
})
