import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CorrelationPositionOptions, correlationPositionGate } from '../../../src/control/gates/correlation.js'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, hold, type Judged, judged, type OrderValues, orderOf, type World } from '../support.js'

const CHIPS = ['xyz:NVDA', 'xyz:AMD', 'xyz:TSM', 'xyz:AVGO']
const METALS = ['xyz:GOLD', 'xyz:SILVER']

function worldWith(positions: Readonly<Record<string, string>>, orders: readonly OrderValues[] = []): World {
  const world = createWorld()
  hold(world, positions)
  for (const order of orders) world.orders.register(orderOf(order))
  return world
}

function submit(world: World, order: OrderValues, options: Partial<CorrelationPositionOptions> = {}): Judged {
  const gate = correlationPositionGate({ groups: [CHIPS, METALS], maxWeighted: '3', ...options })
  return judged(createRiskGates([gate], world).evaluate(orderOf(order), 0))
}

const PASSED = { size: '1' }
const denied = (value: string): Judged => ({
  gate: 'correlationPosition',
  reason: 'CORRELATION_POSITION',
  limit: '3',
  value,
})

describe('the weight of positions that go together', () => {
  it.each<[string, Readonly<Record<string, string>>, OrderValues, Judged]>([
    ['markets in no group count 1', { 'xyz:A': '1', 'xyz:B': '1' }, { market: 'xyz:C' }, PASSED],
    [
      'and a fourth of them is too many',
      { 'xyz:A': '1', 'xyz:B': '1', 'xyz:C': '1' },
      { market: 'xyz:D' },
      denied('4'),
    ],
    ['the first of a group counts 1', { 'xyz:A': '1', 'xyz:GOLD': '1' }, { market: 'xyz:NVDA' }, PASSED],
    ['a second in its direction counts 1.5', { 'xyz:NVDA': '1' }, { market: 'xyz:AMD' }, PASSED],
    ['a third as much again', { 'xyz:NVDA': '1', 'xyz:AMD': '1' }, { market: 'xyz:TSM' }, denied('4')],
    ['shorts as longs do', { 'xyz:NVDA': '-1', 'xyz:AMD': '-1' }, { market: 'xyz:TSM', side: 'sell' }, denied('4')],
    [
      'opposite directions are not one bet',
      { 'xyz:NVDA': '1', 'xyz:GOLD': '1' },
      { market: 'xyz:AMD', side: 'sell' },
      PASSED,
    ],
  ])('%s', (_, positions, order, expected) => {
    expect(submit(worldWith(positions), order)).toEqual(expected)
  })

  it('counts pending entries as positions: no three at once where two are the limit (W-24e)', () => {
    const world = worldWith({})
    const answers = CHIPS.map((market) => {
      const order = orderOf({ market })
      const gate = correlationPositionGate({ groups: [CHIPS], maxWeighted: '2.5' })
      const verdict = createRiskGates([gate], world).evaluate(order, 0)
      if ('approved' in verdict) world.orders.register(order)
      return 'approved' in verdict
    })
    expect(answers).toEqual([true, true, false, false])
  })

  it('does not count reduce-only orders', () => {
    const world = worldWith({}, [
      { market: 'xyz:AMD', reduceOnly: true },
      { market: 'xyz:TSM', reduceOnly: true },
    ])
    expect(submit(world, { market: 'xyz:NVDA' })).toEqual(PASSED)
  })

  it('takes a market that is quoted on both sides for the heavier of its two ends', () => {
    const quotes = (market: string): readonly OrderValues[] => [
      { market, side: 'buy', timeInForce: 'alo' },
      { market, side: 'sell', timeInForce: 'alo' },
    ]
    // With a long beside it, as another long; with a short, as another short.
    for (const [held, side] of [
      ['1', 'buy'],
      ['-1', 'sell'],
    ] as const) {
      const world = worldWith({ 'xyz:NVDA': held }, quotes('xyz:AMD'))
      expect(submit(world, { market: 'xyz:TSM', side }, { maxWeighted: '4' })).toEqual(PASSED)
      expect(submit(world, { market: 'xyz:TSM', side }, { maxWeighted: '3.99' })).toMatchObject({ value: '4' })
    }
  })

  it('takes a position that an order would turn for what it may become', () => {
    const world = worldWith({ 'xyz:NVDA': '0.5', 'xyz:AMD': '-1', 'xyz:GOLD': '1' })
    // Half of it closed, and half short beside the other short: 1 + 1.5 + 1.
    expect(submit(world, { market: 'xyz:NVDA', side: 'sell', size: '1' })).toEqual(denied('3.5'))
    expect(submit(world, { market: 'xyz:NVDA', side: 'sell', size: '0.5' })).toEqual({ size: '0.5' })
  })

  it('weighs exactly: 1 + 2 × 1.1 is 3.2', () => {
    const world = worldWith({ 'xyz:NVDA': '1', 'xyz:AMD': '1' })
    const options = { weight: '1.1', maxWeighted: '3.2' }
    expect(submit(world, { market: 'xyz:TSM' }, options)).toEqual(PASSED)
    expect(submit(world, { market: 'xyz:TSM' }, { ...options, maxWeighted: '3.19' })).toMatchObject({ value: '3.2' })
  })

  it('finds the heaviest end of any set of markets, as trying every one does', () => {
    const names = ['xyz:NVDA', 'xyz:AMD', 'xyz:TSM', 'xyz:GOLD', 'xyz:SILVER', 'xyz:LONE']
    const end = fc.constantFrom('flat' as const, 'long' as const, 'short' as const, 'either' as const)
    fc.assert(
      fc.property(fc.array(end, { minLength: names.length, maxLength: names.length }), (ends) => {
        const positions: Record<string, string> = {}
        const orders: OrderValues[] = []
        for (const [i, market] of names.entries()) {
          if (ends[i] === 'long') positions[market] = '1'
          if (ends[i] === 'short') positions[market] = '-1'
          if (ends[i] === 'either') orders.push({ market, side: 'buy' }, { market, side: 'sell' })
        }
        const order = { market: 'xyz:AVGO' }
        const all = [...names.map((market, i) => ({ market, end: ends[i] })), { market: order.market, end: 'long' }]
        const heaviest = Math.max(...assignments(all).map(weightOf))
        const verdict = submit(worldWith(positions, orders), order, { maxWeighted: '0.1' })
        expect('value' in verdict && verdict.value).toBe(String(heaviest))
      }),
      { numRuns: 200 },
    )
  })
})

type Ended = { readonly market: string; readonly end: string | undefined }

/** Every way in which those that may end either way do. */
function assignments(markets: readonly Ended[]): readonly (readonly Ended[])[] {
  const [first, ...rest] = markets
  if (first === undefined) return [[]]
  const ends = first.end === 'either' ? ['long', 'short'] : [first.end]
  return assignments(rest).flatMap((tail) => ends.map((end) => [{ ...first, end }, ...tail]))
}

function weightOf(markets: readonly Ended[]): number {
  const held = markets.filter(({ end }) => end !== 'flat')
  const buckets = new Map<string, number>()
  let total = 0
  for (const { market, end } of held) {
    const group = [CHIPS, METALS].findIndex((names) => names.includes(market))
    const key = group === -1 ? market : `${group} ${end}`
    total += buckets.has(key) ? 1.5 : 1
    buckets.set(key, 1)
  }
  return total
}

describe('the options of the weight', () => {
  it.each<[string, Partial<CorrelationPositionOptions>]>([
    ['correlationPosition.groups', { groups: [CHIPS, ['xyz:AMD']] }],
    ['correlationPosition.groups', { groups: [['xyz:AMD', 'xyz:AMD']] }],
    ['correlationPosition.weight', { weight: '0.99' }],
    ['correlationPosition.maxWeighted', { maxWeighted: '0' }],
  ])('are refused by name: %s', (name, options) => {
    expect(() => correlationPositionGate({ groups: [CHIPS], ...options })).toThrow(RangeError)
    expect(() => correlationPositionGate({ groups: [CHIPS], ...options })).toThrow(name)
  })
})
