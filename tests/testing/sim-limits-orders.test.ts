import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, CLOID, createBench, NVDA, orderWire, statusesOf, USER } from './helpers.js'

const NAME = 'xyz:NVDA'
let bench: Bench

beforeEach(() => {
  bench = createBench()
  fill(bench)
})

function fill(one: Bench): void {
  one.exchange
    .market(NAME)
    .setMark('176')
    .setOracle('176')
    .setBook({ bids: [['175.9', '100']], asks: [['176.1', '100']] })
}

const statusOf = (cloid: string): unknown =>
  (bench.info({ type: 'orderStatus', user: USER, oid: cloid }) as { order?: { status: unknown } }).order?.status
const goLong = (): unknown => bench.order({ p: '176.1', s: '10', tif: 'Ioc' })

describe('open orders', () => {
  const small = { p: '100', s: '0.1' }
  const many = (count: number): void => {
    for (let i = 0; i < count; i += 500) bench.order(...Array.from({ length: 500 }, () => small))
  }
  const tooMany = { error: 'Too many open orders asset=110002' }

  it('are a thousand at most: Too many open orders (tooManyOpenOrdersRejected)', () => {
    many(1_000)
    expect(bench.order({ ...small, c: CLOID })).toEqual([tooMany])
    expect(statusOf(CLOID)).toBe('tooManyOpenOrdersRejected')
    bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: bench.exchange.account(USER).openOrders()[0]?.oid ?? 0 }] })
    expect(bench.order(small)).toMatchObject([{ resting: {} }])
  })

  it('may be one more for each five million traded, but not reduce-only or trigger orders', () => {
    goLong()
    bench.exchange.account(USER).setVolume('10000000')
    many(1_000)
    const trigger = { ...orderWire({ b: false, p: '160', s: '1', r: true }) }
    const stop = { ...trigger, t: { trigger: { isMarket: true, triggerPx: '160', tpsl: 'sl' } } }
    expect(bench.order({ b: false, p: '190', s: '1', r: true })).toEqual([tooMany])
    expect(statusesOf(bench.act({ type: 'order', orders: [stop], grouping: 'na' }))).toEqual([tooMany])
    expect(bench.order(small, small, small)).toMatchObject([{ resting: {} }, { resting: {} }, tooMany])
  })

  it('are five thousand at most, whatever was traded', () => {
    bench.exchange.account(USER).setVolume('1000000000000')
    many(5_000)
    expect(bench.order(small)).toEqual([tooMany])
  })

  it('let a trigger fire that was placed before there were so many', () => {
    goLong()
    const wire = { ...orderWire({ b: false, p: '160', s: '10', r: true, c: CLOID }) }
    bench.act({
      type: 'order',
      orders: [{ ...wire, t: { trigger: { isMarket: true, triggerPx: '170', tpsl: 'sl' } } }],
      grouping: 'na',
    })
    bench.exchange.account(USER).setVolume('100000000')
    many(1_000)
    bench.exchange.market(NAME).setMark('170')
    expect(statusOf(CLOID)).toBe('filled')
  })
})

describe('the value of an order', () => {
  beforeEach(() => {
    bench.exchange.account(USER).deposit('100000000')
  })

  it('is limited by the market’s leverage, tenfold for limit orders: Order value too large', () => {
    const error = 'Order value too large asset=110002'
    expect(bench.order({ p: '176.1', s: '11400', tif: 'Ioc' })).toEqual([{ error }])
    expect(bench.order({ p: '176.1', s: '11300', tif: 'Ioc' })).toMatchObject([{ filled: {} }])
    expect(bench.order({ p: '170', s: '117700' })).toEqual([{ error }])
    expect(bench.order({ p: '170', s: '11765' })).toMatchObject([{ resting: {} }])
    expect(bench.order({ a: 0, p: '66000', s: '500' })).toMatchObject([{ resting: {} }])
  })
})

describe('the oracle', () => {
  it('bounds prices by a share that can be set: Order price too far from oracle (oracleRejected)', () => {
    bench = createBench({ maxOracleDistance: '0.1' })
    fill(bench)
    bench.exchange.market(NAME).setOracle('160')
    expect(bench.order({ p: '143.9', s: '1', c: CLOID })).toEqual([
      { error: 'Order price too far from oracle asset=110002' },
    ])
    expect(statusOf(CLOID)).toBe('oracleRejected')
    expect(bench.order({ p: '144', s: '1' }, { b: false, p: '176', s: '1' }, { b: false, p: '176.1', s: '1' })).toEqual(
      [
        { resting: { oid: expect.any(Number) } },
        { resting: { oid: expect.any(Number) } },
        { error: 'Order price too far from oracle asset=110002' },
      ],
    )
  })

  it('does not matter far inside the default', () => {
    bench.exchange.market(NAME).setOracle('100')
    expect(bench.order({ b: false, p: '190', s: '1' })).toMatchObject([{ resting: {} }])
  })
})

describe('open interest at its cap', () => {
  const atCap = (): void => {
    bench.exchange.market(NAME).setOpenInterest('1000').setOpenInterestCap('176000')
  }

  it('is listed in perpsAtOpenInterestCap', () => {
    const listed = (): unknown => bench.info({ type: 'perpsAtOpenInterestCap', dex: 'xyz' })
    expect(listed()).not.toContain(NAME)
    atCap()
    expect(listed()).toContain(NAME)
  })

  it('takes no increase: Order would increase open interest while open interest is capped (positionIncreaseAtOpenInterestCapRejected)', () => {
    atCap()
    const error = 'Order would increase open interest while open interest is capped asset=110002'
    expect(bench.order({ p: '170', s: '1', c: CLOID })).toEqual([{ error }])
    expect(statusOf(CLOID)).toBe('positionIncreaseAtOpenInterestCapRejected')
  })

  it('takes no flip: Cannot flip position when open interest is at cap. (positionFlipAtOpenInterestCapRejected)', () => {
    goLong()
    atCap()
    expect(bench.order({ b: false, p: '176', s: '11', c: CLOID })).toEqual([
      { error: 'Cannot flip position when open interest is at cap. asset=110002' },
    ])
    expect(statusOf(CLOID)).toBe('positionFlipAtOpenInterestCapRejected')
  })

  it('takes reductions no worse than the oracle: Order rejected due to price more aggressive than oracle while at open interest cap (tooAggressiveAtOpenInterestCapRejected)', () => {
    goLong()
    atCap()
    expect(bench.order({ b: false, p: '175.9', s: '10', r: true, tif: 'Ioc', c: CLOID })).toEqual([
      { error: 'Order rejected due to price more aggressive than oracle while at open interest cap asset=110002' },
    ])
    expect(statusOf(CLOID)).toBe('tooAggressiveAtOpenInterestCapRejected')
    expect(bench.order({ b: false, p: '176', s: '10', r: true })).toMatchObject([{ resting: {} }])
  })

  it('cancels a resting order that would increase it when its turn comes: openInterestCapCanceled', () => {
    bench.order({ p: '176', s: '1', c: CLOID })
    atCap()
    bench.exchange.market(NAME).take('sell', '175.9', '2')
    expect(statusOf(CLOID)).toBe('openInterestCapCanceled')
    expect(bench.exchange.record.fills).toEqual([])
  })
})

describe('open interest that rises too fast', () => {
  it('is held back when the test says so: Order would increase open interest too quickly (openInterestIncreaseRejected)', () => {
    goLong()
    bench.exchange.market(NAME).setOpenInterestStep('5')
    expect(bench.order({ p: '170', s: '5.1', c: CLOID })).toEqual([
      { error: 'Order would increase open interest too quickly asset=110002' },
    ])
    expect(statusOf(CLOID)).toBe('openInterestIncreaseRejected')
    expect(bench.order({ p: '170', s: '5' })).toMatchObject([{ resting: {} }])
    expect(bench.order({ b: false, p: '175.9', s: '10', tif: 'Ioc' })).toMatchObject([{ filled: {} }])
    bench.exchange.market(NAME).setOpenInterestStep(null)
    expect(bench.order({ p: '170', s: '6' })).toMatchObject([{ resting: {} }])
  })
})

describe('a resting order whose margin is gone', () => {
  it('goes when its turn comes: marginCanceled', () => {
    bench.order({ p: '170', s: '1', c: CLOID })
    bench.exchange.account(USER).deposit('-99990')
    expect(statusOf(CLOID)).toBe('open')
    bench.exchange.market(NAME).clearBook().take('sell', '170', '1')
    expect(statusOf(CLOID)).toBe('marginCanceled')
    expect(bench.exchange.record.fills).toEqual([])
  })
})

describe('a book', () => {
  it('may hold several orders at a price, so that one order is filled in several fills', () => {
    bench.exchange.market(NAME).setBook({
      bids: [],
      asks: [
        ['176.1', '1'],
        ['176.1', '2'],
        ['176.1', '3'],
      ],
    })
    expect(bench.info({ type: 'l2Book', coin: NAME })).toMatchObject({
      levels: [[], [{ px: '176.1', sz: '6.0', n: 3 }]],
    })
    expect(bench.order({ p: '176.1', s: '5', tif: 'Ioc' })).toMatchObject([{ filled: { totalSz: '5.0' } }])
    const { fills } = bench.exchange.record
    expect(fills.map(({ size }) => size)).toEqual(['1', '2', '2'])
    expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(3)
  })
})
