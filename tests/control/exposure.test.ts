import { describe, expect, it } from 'vitest'
import { createWorld, d, hold, type OrderValues, orderOf } from './support.js'

const MARKET = 'xyz:NVDA'

/** What a market with this position and these orders is worth at a mark of 100. */
function at(position: string, orders: readonly OrderValues[]): Record<string, string> {
  const world = createWorld()
  if (position !== '0') hold(world, { [MARKET]: position })
  for (const order of orders) world.orders.register(orderOf(order))
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
    ['a long position', '2', [], { buy: '200', sell: '-200', worst: '200' }],
    ['a short position', '-2', [], { buy: '-200', sell: '200', worst: '200' }],
    ['a pending buy', '0', [buy('1')], { buy: '100', sell: '0', worst: '100' }],
    ['a position and more of it', '2', [buy('1')], { buy: '300', sell: '-200', worst: '300' }],
    ['a position and less of it', '2', [sell('1')], { buy: '200', sell: '-100', worst: '200' }],
    ['a position and a flip', '2', [sell('5')], { buy: '200', sell: '300', worst: '300' }],
    [
      'orders on both sides, which do not cancel out',
      '0',
      [buy('2'), sell('3')],
      { buy: '200', sell: '300', worst: '300' },
    ],
    ['a buy above the mark, at its limit', '0', [buy('1', '110')], { buy: '110', sell: '0', worst: '110' }],
    ['a buy below the mark, at the mark', '0', [buy('1', '90')], { buy: '100', sell: '0', worst: '100' }],
    ['a sell above the mark, at its limit', '0', [sell('1', '110')], { buy: '0', sell: '110', worst: '110' }],
    ['a reduce-only order', '2', [{ ...sell('2'), reduceOnly: true }], { buy: '200', sell: '-200', worst: '200' }],
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
