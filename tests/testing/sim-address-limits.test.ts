import { describe, expect, it } from 'vitest'
import { type Bench, createBench, NVDA, orderAction, statusesOf, USER } from './helpers.js'

const OK = { status: 'ok', response: { type: 'default' } }
const noop = { type: 'noop' }
const rateLimit = ({ info }: Bench): unknown => info({ type: 'userRateLimit', user: USER })
const tooMany = (used: number, limit: number, volume = '0.00'): unknown => ({
  status: 'err',
  response: `Too many cumulative requests sent (${used} > ${limit}) for cumulative volume traded $${volume}. Place taker orders to free up 1 request per USDC traded.`,
})

describe('the requests of an address', () => {
  it('are 10,000 and one more per USDC traded, and userRateLimit tells', () => {
    const bench = createBench()
    bench.exchange.account(USER).setVolume('436.9').setRequests({ used: 37_986 })
    expect(rateLimit(bench)).toEqual({
      cumVlm: '436.9',
      nRequestsUsed: 37_986,
      nRequestsCap: 10_436,
      nRequestsSurplus: 0,
    })
  })

  it('are used up by one for each entry of a batch', () => {
    const bench = createBench()
    bench.order({ p: '105', s: '1' }, { p: '105', s: '1' }, { p: '105', s: '1' })
    bench.act({
      type: 'cancel',
      cancels: [
        { a: NVDA, o: 1 },
        { a: NVDA, o: 2 },
      ],
    })
    bench.act(noop)
    expect(rateLimit(bench)).toMatchObject({ nRequestsUsed: 6 })
  })

  it('are used up five times as fast by an action that comes after its expiry', () => {
    const bench = createBench()
    expect(
      bench.act(orderAction({ p: '105', s: '1' }, { p: '105', s: '1' }), { expiresAfter: bench.clock.now() - 1 }),
    ).toEqual({
      status: 'err',
      response: 'Action already expired',
    })
    expect(rateLimit(bench)).toMatchObject({ nRequestsUsed: 10 })
  })

  it('when exhausted are refused: "Too many cumulative requests sent (N > M) for cumulative volume traded $V. …"', () => {
    const bench = createBench()
    bench.exchange.account(USER).setVolume('437.92').setRequests({ used: 10_435 })
    expect(bench.order({ p: '105', s: '1' }, { p: '105', s: '1' })).toHaveLength(2)
    expect(bench.act(orderAction({ p: '105', s: '1' }, { p: '105', s: '1' }))).toEqual(
      tooMany(10_439, 10_437, '437.92'),
    )
  })

  it('when exhausted come back at one action in 10 seconds', () => {
    const bench = createBench()
    bench.exchange.account(USER).setRequests({ used: 10_000 })
    expect(bench.act(noop)).toEqual(OK)
    expect(bench.act(noop)).toEqual(tooMany(10_002, 10_000))
    bench.clock.advance(9_999)
    expect(bench.act(noop)).toEqual(tooMany(10_003, 10_000))
    bench.clock.advance(1)
    expect(bench.act(orderAction({ p: '105', s: '1' }, { p: '105', s: '1' }))).toEqual(tooMany(10_005, 10_000))
    expect(bench.act(noop)).toEqual(OK)
  })

  it('leave room for cancels up to the smaller of limit + 100000 and 2 × limit', () => {
    const bench = createBench()
    const cancel = {
      type: 'cancelByCloid',
      cancels: [
        { asset: NVDA, cloid: `0x${'1'.repeat(32)}` },
        { asset: NVDA, cloid: `0x${'2'.repeat(32)}` },
      ],
    }
    const isAnswered = (): boolean => statusesOf(bench.act(cancel)).length === 2
    const account = bench.exchange.account(USER).setRequests({ used: 19_998 })
    expect(isAnswered()).toBe(true)
    expect(bench.act(cancel)).toEqual(tooMany(20_002, 10_000))
    account.setVolume('200000').setRequests({ used: 309_998 })
    expect(isAnswered()).toBe(true)
    expect(bench.act(cancel)).toEqual(tooMany(310_002, 210_000, '200000.00'))
  })

  it('grow by a tenth of what is traded in growth mode', () => {
    const bench = createBench()
    bench.exchange
      .market('xyz:NVDA')
      .setBook({ bids: [], asks: [['180', '10']] })
      .setMark('180')
    expect(bench.order({ p: '180', s: '10', tif: 'Ioc' })).toMatchObject([{ filled: { totalSz: '10.0' } }])
    expect(rateLimit(bench)).toMatchObject({ cumVlm: '180.0', nRequestsCap: 10_180 })
  })

  it('can be bought for 0.0005 USDC each by reserveRequestWeight, also when exhausted, and for somebody else', () => {
    const bench = createBench()
    const account = bench.exchange.account(USER).setRequests({ used: 30_000 })
    bench.act(noop)
    expect(bench.act({ type: 'reserveRequestWeight', weight: 100_000 })).toEqual(OK)
    expect(account.balance()).toBe('99950')
    expect(rateLimit(bench)).toMatchObject({ nRequestsUsed: 0, nRequestsCap: 10_000, nRequestsSurplus: 69_999 })
    expect(bench.act(noop)).toEqual(OK)
    const destination = '0x0000000000000000000000000000000000000077'
    expect(bench.act({ type: 'reserveRequestWeight', weight: 2_000, destination })).toEqual(OK)
    expect(account.balance()).toBe('99949')
    expect(bench.info({ type: 'userRateLimit', user: destination })).toMatchObject({ nRequestsSurplus: 2_000 })
    expect(bench.act({ type: 'reserveRequestWeight', weight: 1_000_000_000 })).toMatchObject({ status: 'err' })
  })

  it('are without end when the limits are switched off', () => {
    const bench = createBench({ limits: 'none' })
    bench.exchange.account(USER).setRequests({ used: 10_000_000 })
    expect(bench.act(noop)).toEqual(OK)
    expect(rateLimit(bench)).toMatchObject({ nRequestsCap: Number.MAX_SAFE_INTEGER })
  })

  it('can be set to any number, for all or for one', () => {
    const bench = createBench({ limits: { requestsPerAddress: 2 } })
    expect([bench.act(noop), bench.act(noop), bench.act(noop)]).toEqual([OK, OK, OK])
    expect(bench.act(noop)).toEqual(tooMany(4, 2))
    bench.exchange.account(USER).setRequests({ free: 50 })
    expect(bench.act(noop)).toEqual(OK)
  })

  it.each([{ requestsPerAddress: -1 }, { users: 1.5 }, { connections: Number.NaN }])('cannot be %j', (limits) => {
    expect(() => createBench({ limits })).toThrow(RangeError)
  })
})
