import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createExposureView } from '../../src/control/exposure.js'
import type { OrderRecord } from '../../src/control/order-ledger.js'
import { type Decimal, ZERO } from '../../src/model/decimal.js'
import { createWorld, d, hold, type OrderValues, orderOf, type World } from './support.js'

const MARKET = 'xyz:NVDA'

/** What a market with this position and these orders is worth at a mark of 100. */
function at(position: string, orders: readonly OrderValues[]): Record<string, string> {
  const world = createWorld()
  if (position !== '0') hold(world, { [MARKET]: position })
  for (const order of orders) world.orders.register(orderOf({ ...order, markPrice: d('100') }))
  const { exposure } = world
  const mark = d('100')
  return {
    buy: exposure.directional(MARKET, 'buy', mark).toFixed(),
    sell: exposure.directional(MARKET, 'sell', mark).toFixed(),
    worst: exposure.worst(MARKET, mark).toFixed(),
  }
}

const buy = (size: string, price = '100'): OrderValues => ({ side: 'buy', size, price })
const sell = (size: string, price = '100'): OrderValues => ({ side: 'sell', size, price })

describe('what is at stake in a market', () => {
  it.each<[string, string, readonly OrderValues[], Record<string, string>]>([
    ['nothing', '0', [], { buy: '0', sell: '0', worst: '0' }],
    ['a long position', '2', [], { buy: '200', sell: '0', worst: '200' }],
    ['a short position', '-2', [], { buy: '0', sell: '200', worst: '200' }],
    ['a pending buy', '0', [buy('1')], { buy: '100', sell: '0', worst: '100' }],
    ['a position and more of it', '2', [buy('1')], { buy: '300', sell: '0', worst: '300' }],
    ['a position and less of it', '2', [sell('1')], { buy: '200', sell: '100', worst: '200' }],
    [
      'a position and a flip, of which an exit may come first',
      '2',
      [sell('5')],
      { buy: '200', sell: '500', worst: '500' },
    ],
    [
      'orders on both sides, which do not cancel out',
      '0',
      [buy('2'), sell('3')],
      { buy: '200', sell: '300', worst: '300' },
    ],
    ['a buy above the mark, at its limit', '0', [buy('1', '110')], { buy: '110', sell: '0', worst: '110' }],
    ['a buy below the mark, at the mark', '0', [buy('1', '90')], { buy: '100', sell: '0', worst: '100' }],
    ['a sell above the mark, at its limit', '0', [sell('1', '110')], { buy: '0', sell: '110', worst: '110' }],
    [
      'a buy above the mark and one below it, each at its worse: the one may fill before the other',
      '0',
      [buy('1', '110'), buy('1', '90')],
      { buy: '210', sell: '0', worst: '210' },
    ],
    ['a reduce-only order', '2', [{ ...sell('2'), reduceOnly: true }], { buy: '200', sell: '0', worst: '200' }],
  ])('%s', (_, position, orders, expected) => {
    expect(at(position, orders)).toEqual(expected)
  })

  it('is found in every market with a position or an entry, and in no other', () => {
    const world = createWorld()
    hold(world, { 'xyz:A': '1', BTC: '-1' })
    world.orders.register(orderOf({ market: 'xyz:A' }))
    world.orders.register(orderOf({ market: 'xyz:B' }))
    world.orders.register(orderOf({ market: 'xyz:C', reduceOnly: true }))
    expect([...world.exposure.markets()].sort()).toEqual(['BTC', 'xyz:A', 'xyz:B'])
    expect(['xyz:A', 'xyz:B', 'xyz:C'].map((market) => world.exposure.hasPosition(market))).toEqual([
      true,
      false,
      false,
    ])
    expect(['xyz:A', 'xyz:B', 'xyz:C'].map((market) => world.exposure.openOrders(market))).toEqual([1, 1, 0])
    expect(['xyz:A', 'xyz:B', 'xyz:C'].map((market) => world.exposure.reduceOnlyOrders(market))).toEqual([0, 0, 1])
    expect(world.exposure.positionSize('BTC').toFixed()).toBe('-1')
  })
})

describe('the sum over all markets', () => {
  const NAMES = ['xyz:A', 'xyz:B', 'BTC'] as const
  type Name = (typeof NAMES)[number]

  const amount = fc.integer({ min: 1, max: 9 }).map(String)
  const step = fc.record({
    do: fc.constantFrom(
      'order',
      'fill',
      'fill of others',
      'lost',
      'cancel',
      'final',
      'forget',
      'snapshot',
      'mark',
      'other price',
    ),
    market: fc.constantFrom<Name>(...NAMES),
    side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
    size: amount,
    price: amount,
    which: fc.nat(20),
  })

  /** One step of what may happen to an account, straight at the ledgers. */
  function take(world: World, one: typeof step extends fc.Arbitrary<infer T> ? T : never, n: number): void {
    const { orders, positions } = world
    const { market, side, size, price } = one
    const open: readonly OrderRecord[] = [...orders.open()]
    const picked = open[one.which % Math.max(1, open.length)]
    const id = picked?.request.clientOrderId ?? '0x0'
    switch (one.do) {
      case 'order':
        orders.register(orderOf({ market, side, size, price, reduceOnly: one.which === 0 }))
        break
      case 'fill': {
        if (picked === undefined) break
        orders.bookFill(id, { size: d('1'), price: d(price), fee: ZERO })
        const fill = { side: picked.request.side, size: d('1'), price: d(price), time: 10 + n, tradeId: n }
        positions.apply({ market: picked.request.market.name, ...fill })
        break
      }
      case 'fill of others':
        positions.apply({ market, side, size: d(size), price: d(price), time: 10 + n, tradeId: n })
        break
      case 'lost':
        orders.apply(id, 'written')
        orders.apply(id, 'lost')
        break
      case 'cancel':
      case 'final':
        orders.apply(id, 'written')
        orders.apply(id, 'canceled', { isSizeFinal: one.do === 'final' })
        break
      case 'forget':
        orders.forget(id)
        break
      case 'snapshot':
        hold(world, one.which === 0 ? { [market]: side === 'buy' ? size : `-${size}` } : {})
        break
      case 'mark':
        world.marketData.update({ market, markPrice: d(price) }, n)
        break
      default:
        if (picked !== undefined) orders.amend({ ...picked.request, price: d(price) })
    }
  }

  it('is what a count of everything from the beginning finds, whatever happens to the ledgers in between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = createWorld()
        for (const dex of ['xyz', '']) world.positions.load(dex, [], 1)
        for (const name of NAMES) world.marketData.update({ market: name, markPrice: d('5') }, 0)
        for (const [n, one] of steps.entries()) {
          take(world, one, n)
          const anew = createExposureView(world.orders, world.positions, world.marketData)
          const total = world.exposure.total(n)
          expect([...world.exposure.markets()].sort()).toEqual([...anew.markets()].sort())
          expect(total).toEqual(anew.total(n))
          const markOf = (name: string): Decimal => world.marketData.mark(name, n) ?? ZERO
          const each = [...anew.markets()].map((name) => anew.worst(name, markOf(name)))
          expect('sum' in total && total.sum.toFixed()).toBe(each.reduce((sum, one) => sum.plus(one), ZERO).toFixed())
        }
      }),
    )
  })

  it('is not known while a mark is missing, and is right again when it is there', () => {
    const world = createWorld()
    hold(world, { 'xyz:A': '1', 'xyz:B': '-2' })
    const mark = (market: string, price: string, now: number) =>
      world.marketData.update({ market, markPrice: d(price) }, now)
    mark('xyz:A', '10', 0)
    expect(world.exposure.total(0)).toEqual({ unpriced: 'xyz:B' })
    mark('xyz:B', '3', 0)
    expect(world.exposure.total(0)).toEqual({ sum: d('16') })
    mark('xyz:A', '0', 1)
    expect(world.exposure.total(1)).toEqual({ unpriced: 'xyz:A' })
    hold(world, { 'xyz:A': '1' })
    mark('xyz:A', '11', 2)
    expect(world.exposure.total(2)).toEqual({ sum: d('11') })
  })

  it('is not known when a mark has grown old, told otherwise by nobody, and known again when it is heard once more', () => {
    const world = createWorld({ maxMarkAgeMs: 1_000 })
    hold(world, { 'xyz:A': '1', 'xyz:B': '-2' })
    const hear = (now: number, ...markets: readonly string[]) => {
      for (const market of markets) world.marketData.update({ market, markPrice: d('5') }, now)
    }
    hear(0, 'xyz:A', 'xyz:B')
    hear(600, 'xyz:B')
    expect(world.exposure.total(1_000)).toEqual({ sum: d('15') })
    expect(world.exposure.total(1_000.5)).toEqual({ unpriced: 'xyz:A' })
    hear(1_001, 'xyz:A')
    expect(world.exposure.total(1_600)).toEqual({ sum: d('15') })
    expect(world.exposure.total(1_601)).toEqual({ unpriced: 'xyz:B' })
    world.marketData.unreadable('xyz:A', 'context')
    hear(1_602, 'xyz:B')
    expect(world.exposure.total(1_602)).toEqual({ unpriced: 'xyz:A' })
    world.marketData.reset()
    expect(world.exposure.total(1_602)).toHaveProperty('unpriced')
    hear(1_603, 'xyz:A', 'xyz:B')
    expect(world.exposure.total(1_603)).toEqual({ sum: d('15') })
  })
})
