import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, CLOID, createBench, type OrderFields, OTHER, orderWire, statusesOf, USER } from './helpers.js'

const NAME = 'xyz:NVDA'
let bench: Bench

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({ bids: [['175.9', '100']], asks: [['176.1', '100']] })
})

describe('a builder', () => {
  const place = (f: number, order: OrderFields = { p: '176.1', s: '10', tif: 'Ioc' }): unknown[] =>
    statusesOf(bench.act({ type: 'order', orders: [orderWire(order)], grouping: 'na', builder: { b: OTHER, f } }))
  const maxFee = (): unknown => bench.info({ type: 'maxBuilderFee', user: USER, builder: OTHER })

  it('gets no more than was approved: Builder fee has not been approved.', () => {
    const refused = [{ error: 'Builder fee has not been approved.' }]
    expect(maxFee()).toBe(0)
    expect(place(1)).toEqual(refused)
    bench.exchange.account(USER).approveBuilder(OTHER, 50)
    expect(maxFee()).toBe(50)
    expect(place(51)).toEqual(refused)
    expect(place(50)).toMatchObject([{ filled: { totalSz: '10.0' } }])
    bench.exchange.account(USER).approveBuilder(OTHER, 0)
    expect(place(50)).toEqual(refused)
  })

  it('is paid on top of the fee, and the fill says so', () => {
    bench.exchange.account(USER).approveBuilder(OTHER, 50)
    place(50)
    expect(bench.info({ type: 'userFills', user: USER })).toMatchObject([{ fee: '1.03899', builderFee: '0.8805' }])
    expect(bench.exchange.account(USER).balance()).toBe('99998.96101')
  })

  it('keeps its part when the order is modified', () => {
    bench.exchange.account(USER).approveBuilder(OTHER, 50)
    place(50, { p: '170', s: '10', c: CLOID })
    bench.act({ type: 'modify', oid: CLOID, order: orderWire({ p: '176', s: '10' }) })
    bench.exchange.market(NAME).take('sell', '176', '10')
    expect(bench.info({ type: 'userFills', user: USER })).toMatchObject([{ px: '176.0', builderFee: '0.88' }])
  })

  it('cannot be approved for more than ten basis points', () => {
    expect(() => bench.exchange.account(USER).approveBuilder(OTHER, 101)).toThrow(RangeError)
  })
})

describe('priority', () => {
  const place = (p: number, ...orders: OrderFields[]): unknown =>
    bench.act({ type: 'order', orders: orders.map(orderWire), grouping: { p } })

  it('is paid from the stake: Insufficient delegatable balance for priority order', () => {
    const order: OrderFields = { p: '176.1', s: '10', tif: 'Ioc' }
    const refused = { status: 'err', response: 'Insufficient delegatable balance for priority order' }
    expect(place(80_000, order)).toEqual(refused)
    bench.exchange.account(USER).setPriorityFunds('1.5')
    expect(place(80_000, order)).toMatchObject({ response: { data: { statuses: [{ filled: {} }] } } })
    expect(place(80_000, order)).toEqual(refused)
  })

  it('is for all Ioc or all post-only orders that may open: Priority fee requires all orders to be IOC or non-reduce-only ALO', () => {
    bench.exchange.account(USER).setPriorityFunds('1000')
    const wrong: OrderFields[][] = [
      [{ p: '170', s: '1' }],
      [
        { p: '176.1', s: '1', tif: 'Ioc' },
        { p: '170', s: '1', tif: 'Alo' },
      ],
      [{ b: false, p: '190', s: '1', r: true, tif: 'Alo' }],
    ]
    for (const orders of wrong) {
      expect(place(1, ...orders)).toMatchObject({
        response: 'Priority fee requires all orders to be IOC or non-reduce-only ALO',
      })
    }
    expect(place(1, { p: '170', s: '1', tif: 'Alo' }, { p: '171', s: '1', tif: 'Alo' })).toMatchObject({
      response: { data: { statuses: [{ resting: {} }, { resting: {} }] } },
    })
    expect(
      bench.exchange
        .account(USER)
        .openOrders()
        .map(({ market }) => market),
    ).toEqual([NAME, NAME])
  })
})
