import { describe, expect, it } from 'vitest'
import { blackoutGate } from '../../../src/control/gates/blackout.js'
import { standardGates } from '../../../src/control/gates/standard.js'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, d, type Judged, judged, orderOf, type World } from '../support.js'

const LIMITS = { maxNotionalPerMarket: '1000', maxNotionalTotal: '10000', maxConcurrentPositions: 5 }
type Options = Parameters<typeof standardGates>[0]

const judge = (world: World, options: Partial<Options>, now = 0): Judged =>
  judged(createRiskGates(standardGates({ ...LIMITS, ...options } as Options), world).evaluate(orderOf(), now))

/** A market as it should be: a mark of 100 and a book around it. */
function createMarket(): World {
  const world = createWorld()
  world.marketData.update({ market: 'xyz:NVDA', markPrice: d('100'), openInterest: d('1') }, 0)
  world.marketData.updateBook({ market: 'xyz:NVDA', time: 1_000, bid: d('99.9'), ask: d('100.1') }, 0)
  return world
}

describe('the market gates', () => {
  it('are off until asked for, and pass a market as it should be', () => {
    expect(judge(createWorld(), {})).toMatchObject({ reason: 'MARKET_DATA_UNAVAILABLE', gate: 'maxPositionPerMarket' })
    expect(judge(createMarket(), { market: {} })).toEqual({ size: '1' })
  })

  it('need the best prices only when one of them looks at a book', () => {
    const needs = (options: Partial<Options>): readonly string[] => [
      ...createRiskGates(standardGates({ ...LIMITS, ...options } as Options), createWorld()).needs,
    ]
    expect(needs({})).toEqual([])
    expect(needs({ market: {} })).toEqual(['bbo'])
    expect(needs({ market: OFF })).toEqual([])
    expect(needs({ market: { ...OFF, spreadShock: {} } })).toEqual(['bbo'])
    expect(needs({ maxAccountShare: '0.1' })).toEqual(['accountValue'])
  })

  const OFF = {
    maxBboAgeMs: false,
    maxContextAgeMs: false,
    timeRegression: false,
    maxMarkMidDivergenceBps: false,
    spreadShock: false,
    openInterestCap: false,
  } as const

  it('can be turned off one by one', () => {
    const ids = (market: Options['market']): readonly string[] =>
      standardGates({ ...LIMITS, market } as Options)
        .filter(({ step }) => step.startsWith('2'))
        .map(({ id }) => id)
    expect(ids(OFF)).toEqual([])
    for (const [option, gate] of [
      ['maxBboAgeMs', 'bboAge'],
      ['timeRegression', 'timeRegression'],
      ['maxMarkMidDivergenceBps', 'markMidDivergence'],
      ['spreadShock', 'spreadShock'],
    ] as const) {
      expect(ids({ ...OFF, [option]: undefined })).toEqual(['twoSidedBook', gate])
      expect(ids({ [option]: false })).not.toContain(gate)
    }
    expect(ids({ ...OFF, maxContextAgeMs: 1 })).toEqual(['contextAge'])
    expect(ids({ ...OFF, openInterestCap: true })).toEqual(['openInterestCap'])
    expect(ids({ ...OFF, blackouts: [{ from: '20:00', to: '21:00' }] })).toEqual(['blackout'])
  })

  it('judge a book of one side by nothing but that it has one, whatever else is wrong with it (W-36, W-38)', () => {
    const world = createMarket()
    world.marketData.updateBook({ market: 'xyz:NVDA', time: 999, ask: d('1') }, 0)
    world.marketData.updateBook({ market: 'xyz:NVDA', time: 2_000, ask: d('1') }, 0)
    expect(judge(world, { market: {} }, 60_000)).toEqual({
      gate: 'twoSidedBook',
      reason: 'BOOK_UNUSABLE',
      limit: 'a bid below an ask',
      value: 'bid none, ask 1',
    })
  })

  it('come to themselves: a gate that denied passes again once its market is as it should be', () => {
    const world = createMarket()
    const gates = createRiskGates(standardGates({ ...LIMITS, market: {} }), world)
    const at = (now: number): unknown => {
      const verdict = judged(gates.evaluate(orderOf(), now))
      return 'gate' in verdict ? verdict.gate : verdict.size
    }
    world.marketData.updateBook({ market: 'xyz:NVDA', time: 999, bid: d('99.9'), ask: d('100.1') }, 0)
    expect(at(0)).toBe('timeRegression')
    world.marketData.updateBook({ market: 'xyz:NVDA', time: 1_001, bid: d('99.9'), ask: d('100.1') }, 1_000)
    expect(at(1_000)).toBe('1')
    expect(at(3_001)).toBe('bboAge')
    world.marketData.update(
      { market: 'xyz:NVDA', markPrice: d('100'), midPrice: d('100'), openInterest: d('1') },
      3_002,
    )
    expect(at(3_002)).toBe('1')
  })

  it('look at the order’s own market only (W-36)', () => {
    const world = createMarket()
    world.marketData.updateBook({ market: 'xyz:TSLA', time: 1, bid: d('2'), ask: d('1') }, 0)
    world.changes.set('xyz:TSLA', 'delisted')
    world.caps.set('xyz:TSLA', d('1'))
    expect(judge(world, { market: {} })).toEqual({ size: '1' })
  })

  it('deny what is at its cap, and what has a cap and tells of no open interest', () => {
    const world = createMarket()
    world.caps.set('xyz:NVDA', d('100'))
    expect(judge(world, { market: {} })).toEqual({
      gate: 'openInterestCap',
      reason: 'OPEN_INTEREST_CAPPED',
      limit: '100',
      value: '100',
    })
    world.marketData.update({ market: 'xyz:NVDA', markPrice: d('100') }, 0)
    expect(judge(world, { market: {} })).toMatchObject({ gate: 'openInterestCap', reason: 'MARKET_DATA_UNAVAILABLE' })
  })

  it('hand a reduced order on to the limits, which may reduce it again', () => {
    const world = createMarket()
    world.marketData.updateBook({ market: 'xyz:NVDA', time: 2_000, bid: d('99.6'), ask: d('100.4') }, 1_000)
    expect(judge(world, { market: {} }, 1_000)).toEqual({ size: '0.2' })
    expect(judge(world, { market: {}, maxNotionalPerMarket: '15' }, 1_000)).toEqual({ size: '0.15' })
  })

  it.each<[string, Options['market'], typeof RangeError | typeof TypeError]>([
    ['market.maxBboAgeMs', { maxBboAgeMs: 0 }, RangeError],
    ['market.maxBboAgeMs', { maxBboAgeMs: Number.NaN }, RangeError],
    ['market.maxContextAgeMs', { maxContextAgeMs: -1 }, RangeError],
    ['market.maxMarkMidDivergenceBps', { maxMarkMidDivergenceBps: '0' }, RangeError],
    ['market.maxMarkMidDivergenceBps', { maxMarkMidDivergenceBps: '-50' }, RangeError],
    ['market.maxMarkMidDivergenceBps', { maxMarkMidDivergenceBps: 50 as never }, TypeError],
    ['market.spreadShock.reduceAbove', { spreadShock: { reduceAbove: '0' } }, RangeError],
    ['market.spreadShock.denyAbove', { spreadShock: { denyAbove: '3' } }, RangeError],
    ['market.spreadShock.reduceTo', { spreadShock: { reduceTo: '1' } }, RangeError],
    ['market.spreadShock.reduceTo', { spreadShock: { reduceTo: '0' } }, RangeError],
  ])('refuse a %s that makes no sense', (field, market, kind) => {
    const make = (): unknown => standardGates({ ...LIMITS, market } as Options)
    expect(make).toThrow(kind)
    expect(make).toThrow(field)
  })

  it.each(['maxOrderNotional', 'maxAccountShare'])('refuse a %s of nothing', (field) => {
    for (const value of ['0', '-1']) {
      expect(() => standardGates({ ...LIMITS, [field]: value } as Options)).toThrow(new RegExp(`^${field}: `))
    }
  })
})

describe('a blackout', () => {
  const denies = (from: string, to: string, utc: string): boolean => {
    const world = createWorld()
    world.wall.now = Date.parse(`${utc}Z`)
    return 'gate' in judged(createRiskGates([blackoutGate([{ from, to }])], world).evaluate(orderOf(), 0))
  }

  // 2026-01-01 was a Thursday.
  it.each([
    ['20:00', '21:30', '2026-01-01T19:59:59.999', false],
    ['20:00', '21:30', '2026-01-01T20:00', true],
    ['20:00', '21:30', '2026-01-03T21:29:59.999', true],
    ['20:00', '21:30', '2026-01-03T21:30', false],
    // Over midnight.
    ['23:30', '00:30', '2026-01-01T23:30', true],
    ['23:30', '00:30', '2026-01-02T00:29', true],
    ['23:30', '00:30', '2026-01-02T00:30', false],
    ['Thu 20:00', 'Thu 21:00', '2026-01-01T20:30', true],
    ['Thu 20:00', 'Thu 21:00', '2026-01-02T20:30', false],
    // Over the end of the week.
    ['Fri 20:00', 'Mon 01:00', '2026-01-02T19:59', false],
    ['Fri 20:00', 'Mon 01:00', '2026-01-03T12:00', true],
    ['Fri 20:00', 'Mon 01:00', '2026-01-05T00:59', true],
    ['Fri 20:00', 'Mon 01:00', '2026-01-05T01:00', false],
  ])('from %s to %s at %s: %s', (from, to, utc, expected) => {
    expect(denies(from, to, utc)).toBe(expected)
  })

  it.each([
    [[{ from: '24:00', to: '01:00' }], 'market.blackouts[0].from'],
    [[{ from: '1:00', to: '02:00' }], 'market.blackouts[0].from'],
    [[{ from: '01:00', to: '02:60' }], 'market.blackouts[0].to'],
    [[{ from: 'fri 01:00', to: 'Sat 02:00' }], 'market.blackouts[0].from'],
    [[{ from: '01:00', to: '01:00' }], 'market.blackouts[0]'],
    [
      [
        { from: '01:00', to: '02:00' },
        { from: 'Fri 01:00', to: '02:00' },
      ],
      'market.blackouts[1]',
    ],
    [[{ from: 100, to: '02:00' }], 'market.blackouts[0].from'],
  ])('of %j is refused by name', (blackouts, field) => {
    const make = (): unknown => standardGates({ ...LIMITS, market: { blackouts } } as unknown as Options)
    expect(make).toThrow(field)
  })
})
