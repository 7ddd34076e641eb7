import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  maxConcurrentPositionsGate,
  maxPositionPerMarketGate,
  maxPositionTotalGate,
} from '../../../src/control/gates/position-limits.js'
import { createRiskGates, type Gate } from '../../../src/control/risk-gates.js'
import {
  createWorld,
  d,
  hold,
  type Judged,
  judged,
  marketOf,
  type OrderValues,
  orderOf,
  type World,
} from '../support.js'

const NVDA = 'xyz:NVDA'
const TSLA = 'xyz:TSLA'

function worldWith(marks: Readonly<Record<string, string>>, positions: Readonly<Record<string, string>> = {}): World {
  const world = createWorld({ maxMarkAgeMs: 8_000 })
  for (const [market, mark] of Object.entries(marks)) world.marketData.update({ market, markPrice: d(mark) }, 0)
  hold(world, positions)
  return world
}

const submit = (gate: Gate, world: World, order: OrderValues, now = 0): Judged =>
  judged(createRiskGates([gate], world).evaluate(orderOf(order), now))

function register(world: World, order: OrderValues): ReturnType<typeof orderOf> {
  return world.orders.register(orderOf(order)).request
}

describe('the limit per market', () => {
  const gate = maxPositionPerMarketGate('50')
  const denied = (value: string): Judged => ({
    gate: 'maxPositionPerMarket',
    reason: 'MAX_POSITION_PER_MARKET',
    limit: '50',
    value,
  })

  it.each<[string, string, Judged]>([
    // At the limit passes, one lot over is scaled to it, whatever the price makes of the division (F-49, F-52).
    ['10', '5', { size: '5' }],
    ['10', '5.01', { size: '5' }],
    ['10', '500', { size: '5' }],
    ['12.5', '4', { size: '4' }],
    ['12.5', '4.01', { size: '4' }],
    ['3', '16.66', { size: '16.66' }],
    ['3', '16.67', { size: '16.66' }],
    ['7', '7.14', { size: '7.14' }],
    ['7', '100', { size: '7.14' }],
    ['9', '100', { size: '5.55' }],
    ['0.06', '10000', { size: '833.33' }],
    ['4999', '1', { size: '0.01' }],
    // One lot is worth more than the limit.
    ['5001', '1', denied('0')],
  ])('of 50 at a price of %s: %s becomes %j', (price, size, expected) => {
    expect(submit(gate, worldWith({ [NVDA]: price }), { price, size })).toEqual(expected)
  })

  it.each<[string, string, Judged]>([
    ['3', '2', { size: '2' }],
    ['3', '2.01', { size: '2' }],
    ['4', '1', { size: '1' }],
    ['4', '1.01', { size: '1' }],
    // What is left is below the minimum value of the venue, after flooring to the lot.
    ['4.01', '1', denied('40.1')],
    ['4.99', '1', denied('49.9')],
    ['5', '1', denied('50')],
    ['5.01', '1', denied('50.1')],
  ])('with %s held and a mark of 10: %s becomes %j', (held, size, expected) => {
    expect(submit(gate, worldWith({ [NVDA]: '10' }, { [NVDA]: held }), { price: '10', size })).toEqual(expected)
  })

  it('counts what pending orders may still add', () => {
    const world = worldWith({ [NVDA]: '10' })
    register(world, { price: '10', size: '3' })
    expect(submit(gate, world, { price: '10', size: '3' })).toEqual({ size: '2' })
    register(world, { price: '10', size: '2' })
    expect(submit(gate, world, { price: '10', size: '1' })).toEqual(denied('50'))
  })

  it('counts the rest of a partly filled order once: what is filled is position (W-24d, W-44)', () => {
    const world = worldWith({ [NVDA]: '10' }, { [NVDA]: '2' })
    const { clientOrderId } = register(world, { price: '10', size: '3', timeInForce: 'gtc' })
    world.orders.apply(clientOrderId, 'written')
    world.orders.bookFill(clientOrderId, { size: d('2'), price: d('10'), fee: d('0') })
    expect(submit(gate, world, { price: '10', size: '9' })).toEqual({ size: '2' })
  })

  it('counts an unanswered order as if it were filled', () => {
    const world = worldWith({ [NVDA]: '10' })
    const { clientOrderId } = register(world, { price: '10', size: '5' })
    world.orders.apply(clientOrderId, 'written')
    world.orders.apply(clientOrderId, 'lost')
    expect(submit(gate, world, { price: '10', size: '1' })).toEqual(denied('50'))
  })

  it('values at the worse of mark and limit price, for what waits and for what comes', () => {
    expect(submit(gate, worldWith({ [NVDA]: '10' }), { price: '12.5', size: '9' })).toEqual({ size: '4' })
    expect(submit(gate, worldWith({ [NVDA]: '12.5' }), { price: '10', size: '9' })).toEqual({ size: '4' })
    const world = worldWith({ [NVDA]: '10' })
    register(world, { price: '12.5', size: '3' })
    expect(submit(gate, world, { price: '12.5', size: '9' })).toEqual({ size: '1' })
  })

  it('judges each direction by itself: neither a position, which may be closed at any instant, nor a resting exit makes room on the other side', () => {
    const world = worldWith({ [NVDA]: '10' }, { [NVDA]: '3' })
    expect(submit(gate, world, { side: 'sell', price: '10', size: '9' })).toEqual({ size: '5' })
    register(world, { side: 'sell', price: '10', size: '3' })
    expect(submit(gate, world, { price: '10', size: '9' })).toEqual({ size: '2' })
    expect(submit(gate, worldWith({ [NVDA]: '10' }, { [NVDA]: '-5' }), { side: 'sell', price: '10' })).toEqual(
      denied('50'),
    )
  })

  it('does not count reduce-only orders, nor other markets', () => {
    const world = worldWith({ [NVDA]: '10', [TSLA]: '10' }, { [TSLA]: '5' })
    register(world, { reduceOnly: true, price: '10', size: '5' })
    expect(submit(gate, world, { price: '10', size: '5' })).toEqual({ size: '5' })
  })

  it('denies without a fresh mark (F-27)', () => {
    const expected = {
      gate: 'maxPositionPerMarket',
      reason: 'MARKET_DATA_UNAVAILABLE',
      limit: 'a mark of at most 8000 ms',
      value: 'none for xyz:NVDA',
    }
    expect(submit(gate, worldWith({}), { price: '10' })).toEqual(expected)
    expect(submit(gate, worldWith({ [NVDA]: '10' }), { price: '10' }, 8_001)).toEqual(expected)
    expect(submit(gate, worldWith({ [NVDA]: '10' }), { price: '10' }, 8_000)).toEqual({ size: '1' })
  })

  it('finds the largest legal size that fits, for any limit, price and position', () => {
    const cents = (most: number): fc.Arbitrary<string> => fc.integer({ min: 1, max: most }).map((n) => `${n / 100}`)
    fc.assert(
      fc.property(
        cents(100_000),
        cents(100_000),
        cents(1_000),
        fc.integer({ min: 0, max: 5 }),
        (limit, price, held, lots) => {
          const market = marketOf(`xyz:LOT${lots}`, lots)
          const world = worldWith({ [market.name]: price }, { [market.name]: held })
          const verdict = submit(maxPositionPerMarketGate(limit), world, { market, price, size: '1000000' })
          const lot = d('10').pow(-lots)
          const worth = (size: ReturnType<typeof d>): ReturnType<typeof d> => size.plus(held).times(price)
          if ('size' in verdict) {
            const size = d(verdict.size)
            expect(worth(size).lte(limit)).toBe(true)
            expect(worth(size.plus(lot)).gt(limit)).toBe(true)
          } else {
            // Not even the smallest order that is worth one would fit.
            expect(verdict.reason).toBe('MAX_POSITION_PER_MARKET')
            expect(worth(d('10').div(price).round(lots, 3)).gt(limit)).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('the limit over all markets', () => {
  const gate = maxPositionTotalGate('100')
  const denied = (value: string): Judged => ({
    gate: 'maxPositionTotal',
    reason: 'MAX_POSITION_TOTAL',
    limit: '100',
    value,
  })

  it.each<[string, Judged]>([
    ['9.99', { size: '9.99' }],
    // Reaching the limit denies; so did the original.
    ['10', denied('100')],
    ['10.01', denied('100.1')],
  ])('of 100 at a price of 10: %s becomes %j', (size, expected) => {
    expect(submit(gate, worldWith({ [NVDA]: '10' }), { price: '10', size })).toEqual(expected)
  })

  it('adds up positions and pending orders, each market at its own mark (F-26)', () => {
    const world = worldWith({ [NVDA]: '10', [TSLA]: '20', 'xyz:GOLD': '5' }, { [NVDA]: '2', [TSLA]: '-1.5' })
    register(world, { market: 'xyz:GOLD', price: '4', size: '4' })
    // 20 + 30 + 20 stand; 30 more reach the limit.
    expect(submit(gate, world, { price: '10', size: '2.99' })).toEqual({ size: '2.99' })
    expect(submit(gate, world, { price: '10', size: '3' })).toEqual(denied('100'))
  })

  it('adds in exact decimals: 0.1 and 0.2 make 0.3 (F-26)', () => {
    const exact = maxPositionTotalGate('0.3')
    const world = worldWith({ [NVDA]: '1', [TSLA]: '1' }, { [NVDA]: '0.1' })
    const denial = { gate: 'maxPositionTotal', reason: 'MAX_POSITION_TOTAL', limit: '0.3', value: '0.3' }
    expect(submit(exact, world, { market: TSLA, price: '1', size: '0.2' })).toEqual(denial)
    const above = maxPositionTotalGate('0.30000000000000001')
    expect(submit(above, world, { market: TSLA, price: '1', size: '0.2' })).toEqual({ size: '0.2' })
  })

  it('values at the worse of mark and limit price', () => {
    expect(submit(gate, worldWith({ [NVDA]: '10' }), { price: '12.5', size: '8' })).toEqual(denied('100'))
    expect(submit(gate, worldWith({ [NVDA]: '12.5' }), { price: '10', size: '8' })).toEqual(denied('100'))
  })

  it('counts the worse direction of a market with orders on both sides', () => {
    const world = worldWith({ [NVDA]: '10', [TSLA]: '10' }, { [TSLA]: '2' })
    register(world, { market: TSLA, side: 'buy', price: '10', size: '3' })
    register(world, { market: TSLA, side: 'sell', price: '10', size: '8' })
    // Long 5 at worst, or short 8 when an exit comes first: 80 stand.
    expect(submit(gate, world, { price: '10', size: '2' })).toEqual(denied('100'))
    expect(submit(gate, world, { price: '10', size: '1.99' })).toEqual({ size: '1.99' })
  })

  it('counts an order in its own direction: what waits on the other side is no more for it', () => {
    const world = worldWith({ [NVDA]: '10', [TSLA]: '10' }, { [TSLA]: '4' })
    register(world, { side: 'sell', price: '10', size: '5' })
    // 40 in the one market and 50 to the short side of the other: a buy of 5 there adds nothing to the worst of both.
    expect(submit(gate, world, { price: '10', size: '5' })).toEqual({ size: '5' })
    expect(submit(gate, world, { price: '10', size: '5.99' })).toEqual({ size: '5.99' })
    expect(submit(gate, world, { price: '10', size: '6' })).toEqual(denied('100'))
    expect(submit(gate, world, { side: 'sell', price: '10', size: '1' })).toEqual(denied('100'))
    // And what makes a position smaller is no more either, until it is worth more than the position.
    expect(submit(gate, world, { market: TSLA, side: 'sell', price: '10', size: '4.99' })).toEqual({ size: '4.99' })
    expect(submit(gate, world, { market: TSLA, side: 'sell', price: '10', size: '5' })).toEqual(denied('100'))
  })

  it.each([
    ['the market of the order', { [TSLA]: '10' }, {}, NVDA],
    ['the market of the order, beside others', { [TSLA]: '10' }, { [TSLA]: '1' }, NVDA],
    ['a market with a position', { [NVDA]: '10' }, { [TSLA]: '1' }, TSLA],
  ])('denies when the mark is missing of %s, and names it (F-27)', (_, marks, positions, missing) => {
    expect(submit(gate, worldWith(marks, positions), { price: '10' })).toEqual({
      gate: 'maxPositionTotal',
      reason: 'MARKET_DATA_UNAVAILABLE',
      limit: 'a mark of at most 8000 ms',
      value: `none for ${missing}`,
    })
  })

  it('denies when the mark is missing of a market with a pending order (F-27)', () => {
    const world = worldWith({ [NVDA]: '10' })
    register(world, { market: TSLA })
    expect(submit(gate, world, { price: '10' })).toMatchObject({
      reason: 'MARKET_DATA_UNAVAILABLE',
      value: 'none for xyz:TSLA',
    })
  })

  it('denies when a mark that it needs has become too old', () => {
    const world = worldWith({ [NVDA]: '10', [TSLA]: '10' }, { [TSLA]: '1' })
    world.marketData.update({ market: NVDA, markPrice: d('10') }, 5_000)
    expect(submit(gate, world, { price: '10' }, 8_000)).toEqual({ size: '1' })
    expect(submit(gate, world, { price: '10' }, 8_001)).toMatchObject({ value: 'none for xyz:TSLA' })
  })
})

describe('the limit of markets at once', () => {
  const gate = maxConcurrentPositionsGate(2)

  it('counts positions and pending entries, each market once (W-24e)', () => {
    const world = worldWith({}, { [NVDA]: '1' })
    expect(submit(gate, world, { market: 'xyz:GOLD' })).toEqual({ size: '1' })
    register(world, { market: NVDA })
    expect(submit(gate, world, { market: 'xyz:GOLD' })).toEqual({ size: '1' })
    register(world, { market: TSLA })
    expect(submit(gate, world, { market: 'xyz:GOLD' })).toEqual({
      gate: 'maxConcurrentPositions',
      reason: 'MAX_CONCURRENT_POSITIONS',
      limit: '2',
      value: '2',
    })
  })

  it('lets more into a market that is counted already', () => {
    const world = worldWith({}, { [NVDA]: '1', [TSLA]: '1' })
    expect(submit(gate, world, { market: NVDA })).toEqual({ size: '1' })
  })

  it('does not count a market in which only reduce-only orders wait', () => {
    const world = worldWith({}, { [NVDA]: '1' })
    register(world, { market: TSLA, reduceOnly: true })
    expect(submit(gate, world, { market: 'xyz:GOLD' })).toEqual({ size: '1' })
  })
})
