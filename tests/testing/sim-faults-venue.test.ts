import { beforeEach, describe, expect, it } from 'vitest'
import { type Client, COIN, createFaultBench, type FaultBench } from './fault-helpers.js'
import { NVDA, orderAction, USER } from './helpers.js'

let bench: FaultBench
let client: Client

beforeEach(() => {
  bench = createFaultBench()
  client = bench.client()
})

const take = { p: '176.1', s: '1', tif: 'Ioc' } as const
const fills = (): { price: string; size: string; tradeId: number }[] =>
  bench.exchange.record.fills.map(({ price, size, tradeId }) => ({ price, size, tradeId }))

describe('in the instant before an order is executed', () => {
  it('the mark jumps', () => {
    client.subscribe('activeAssetCtx', { coin: COIN })
    client.taken()
    bench.exchange.fault({ fault: 'markJump', market: COIN, byBps: -500, nth: 2 })
    client.order(take)
    expect(bench.exchange.market(COIN).mark()).toBe('176')
    const id = client.order(take)
    expect(bench.exchange.market(COIN).mark()).toBe('167.2')
    expect(client.heard()).toEqual(expect.arrayContaining(['activeAssetCtx', `post ${id} filled`]))
  })

  it('a jump far enough takes the price out of the band', () => {
    bench.exchange.fault({ fault: 'markJump', market: COIN, byBps: 100_000 })
    expect(JSON.stringify(bench.exchange.record.fills)).toBe('[]')
    client.order(take)
    expect(client.taken()[0]).toContain('more than 80% away from the reference price')
  })

  it('the book empties', () => {
    bench.exchange.fault({ fault: 'emptyBook', market: COIN })
    client.order(take)
    expect(client.taken()[0]).toContain('could not immediately match')
    expect([bench.exchange.market(COIN).bestBid(), bench.exchange.market(COIN).bestAsk()]).toEqual([
      undefined,
      undefined,
    ])
  })

  it('the makers move out of reach, and can be followed', () => {
    const market = bench.exchange.market(COIN)
    const fault = bench.exchange.fault({ fault: 'makersMoveAway' })
    client.order(take)
    expect(client.taken()[0]).toContain('could not immediately match')
    expect([market.bestBid(), market.bestAsk()]).toEqual(['175.9', '176.99'])
    client.order({ b: false, p: '175.9', s: '1', tif: 'Ioc' })
    expect(client.taken()[0]).toContain('could not immediately match')
    expect(market.bestBid()).toBe('175.02')
    fault.stop()
    const id = client.order({ ...take, p: market.bestAsk() ?? '' })
    expect(client.heard()).toEqual([`post ${id} filled`])
    expect(fault.hits).toBe(2)
  })

  it('several counterparties are there for a part of it', () => {
    bench.exchange.fault({ fault: 'partialFill', percent: 60, counterparties: 3 })
    client.subscribe('trades', { coin: COIN })
    client.taken()
    const ioc = client.order({ p: '177', s: '1', tif: 'Ioc' })
    const [answer, trades] = client.taken()
    expect(answer).toContain(`"id":${ioc}`)
    expect(answer).toContain('"totalSz":"0.6"')
    expect(fills()).toMatchObject([
      { price: '176.1', size: '0.2' },
      { price: '176.11', size: '0.2' },
      { price: '176.12', size: '0.2' },
    ])
    expect(new Set(fills().map(({ tradeId }) => tradeId)).size).toBe(3)
    const sellers = (JSON.parse(trades ?? '') as { data: { users: string[] }[] }).data.map(({ users }) => users[1])
    expect(new Set(sellers).size).toBe(3)
  })

  it('what a partly filled order leaves rests when it is good till cancelled', () => {
    bench.exchange.fault({ fault: 'partialFill' })
    const id = client.order({ p: '177', s: '1' })
    expect(client.heard()).toEqual([`post ${id} resting`])
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ filled: '0.5', remaining: '0.5' }])
  })

  it('a post-only order meets nobody new, and another request changes nothing', () => {
    bench.exchange.fault({ fault: 'partialFill' })
    bench.exchange.fault({ fault: 'emptyBook', market: COIN, of: 'request:action:cancel' })
    const id = client.order({ p: '175', s: '1', tif: 'Alo' })
    expect(client.heard()).toEqual([`post ${id} resting`])
    expect(bench.exchange.market(COIN).bestAsk()).toBe('176.1')
    client.act({ type: 'cancel', cancels: [{ a: NVDA, o: 1 }] })
    expect(bench.exchange.market(COIN).bestAsk()).toBeUndefined()
  })
})

describe('liquidity that comes back', () => {
  it('trades with what a client has resting in its way, and never crosses the book', () => {
    bench.order({ p: '176', s: '1', tif: 'Alo' })
    const market = bench.exchange.market(COIN).seedBook('170')
    expect([market.bestBid(), market.bestAsk()]).toEqual(['169.98', '170.02'])
    expect(fills()).toMatchObject([{ price: '176', size: '1' }])
  })
})

describe('a venue whose clock is off', () => {
  it('finds actions expired, and nonces too old or too new', () => {
    const expiresAfter = bench.clock.now() + 15_000
    const fault = bench.exchange.fault({ fault: 'clockSkew', ms: 20_000 })
    expect(bench.act(orderAction(take), { expiresAfter })).toEqual({
      status: 'err',
      response: 'Action already expired',
    })
    fault.stop()
    expect(bench.act(orderAction(take), { expiresAfter })).toMatchObject({ status: 'ok' })
    bench.exchange.fault({ fault: 'clockSkew', ms: -2 * 86_400_000 })
    expect(bench.act({ type: 'noop' })).toMatchObject({ response: expect.stringContaining('nonce too high') })
  })

  it('says so when asked for the time', () => {
    bench.exchange.fault({ fault: 'clockSkew', ms: 7_000 })
    expect(bench.info({ type: 'exchangeStatus' })).toMatchObject({ time: bench.clock.now() + 7_000 })
  })
})

describe('after an upgrade', () => {
  it('only post-only orders and cancels are taken, and a refused action has used its nonce up', () => {
    const fault = bench.exchange.fault({ fault: 'postOnlyMode', ms: 60_000 })
    const nonce = bench.clock.now() + 500
    const refused = { status: 'err', response: 'Only post-only orders allowed immediately after network upgrade' }
    expect(bench.act(orderAction(take), { nonce })).toEqual(refused)
    expect(bench.act(orderAction({ p: '175', s: '1', tif: 'Alo' }, take), { nonce: nonce + 1 })).toEqual(refused)
    expect(bench.act(orderAction({ p: '175', s: '1', tif: 'Alo' }), { nonce: nonce + 2 })).toMatchObject({
      status: 'ok',
    })
    expect(bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: 1 }] }, { nonce: nonce + 3 })).toMatchObject({
      status: 'ok',
    })
    expect(bench.act({ type: 'noop' }, { nonce })).toMatchObject({
      response: expect.stringContaining('duplicate nonce'),
    })
    expect(fault.hits).toBe(2)
    bench.clock.advance(60_000)
    expect(bench.order(take)).toMatchObject([{ filled: { totalSz: '1.0' } }])
  })

  it('a plain modify goes through, and one that may take does not', () => {
    bench.order({ p: '175', s: '1', tif: 'Alo' })
    const oid = bench.exchange.account(USER).openOrders()[0]?.oid ?? 0
    bench.exchange.fault({ fault: 'postOnlyMode' })
    const order = orderAction({ p: '174', s: '1' })['orders'] as never[]
    const modify = { type: 'modify', oid, order: order[0] } as const
    expect(bench.act({ ...modify, a: true } as never)).toMatchObject({ status: 'err' })
    expect(bench.act(modify as never)).toEqual({ status: 'ok', response: { type: 'default' } })
  })
})

describe('a silent oracle', () => {
  it('sends no contexts, and after 10 s the mark is the book’s own', () => {
    client.subscribe('activeAssetCtx', { coin: COIN })
    bench.clock.advance(3_000)
    client.taken()
    const market = bench.exchange.market(COIN).setMark('180')
    client.taken()
    const fault = bench.exchange.fault({ fault: 'oracleSilence', market: COIN })
    bench.clock.advance(9_999)
    expect(client.heard()).toEqual([])
    bench.clock.advance(1)
    expect(market.mark()).toBe('176')
    expect(client.heard()).toEqual(['activeAssetCtx'])
    market.setBook({ bids: [['170', '1']], asks: [['170.2', '1']] })
    bench.clock.advance(3_000)
    expect(market.mark()).toBe('170.1')
    fault.stop()
    client.taken()
    bench.clock.advance(3_000)
    expect(client.heard()).toEqual(['activeAssetCtx'])
  })

  it('of two faults speaks again when both have ended, and leaves no timer', () => {
    client.subscribe('activeAssetCtx', { coin: COIN })
    const timers = bench.clock.pendingTimers
    const all = bench.exchange.fault({ fault: 'oracleSilence' })
    const one = bench.exchange.fault({ fault: 'oracleSilence', market: COIN })
    all.stop()
    client.taken()
    bench.clock.advance(6_000)
    expect(client.heard()).toEqual([])
    one.stop()
    bench.clock.advance(3_000)
    expect(client.heard()).toEqual(['activeAssetCtx'])
    expect(bench.clock.pendingTimers).toBe(timers)
  })
})

describe('a stale lookup', () => {
  it('does not know an order while it is young, and other questions do', () => {
    client.order({ p: '170', s: '1', c: `0x${'ab'.repeat(16)}` })
    const oid = bench.exchange.account(USER).openOrders()[0]?.oid ?? 0
    client.taken()
    const fault = bench.exchange.fault({ fault: 'staleOrderStatus', ms: 2_000 })
    const unknown = '{"status":"unknownOid"}'
    const byOid = client.ask({ type: 'orderStatus', user: USER, oid })
    const byCloid = client.ask({ type: 'orderStatus', user: USER, oid: `0x${'ab'.repeat(16)}` })
    expect(client.heard()).toEqual([`post ${byOid} ${unknown}`, `post ${byCloid} ${unknown}`])
    client.ask({ type: 'openOrders', user: USER, dex: 'xyz' })
    expect(client.taken()[0]).toContain(String(oid))
    bench.clock.advance(2_000)
    client.ask({ type: 'orderStatus', user: USER, oid })
    expect(client.taken()[0]).toContain('"status":"order"')
    client.ask({ type: 'orderStatus', user: USER, oid: 1 })
    expect(client.taken()[0]).toContain('unknownOid')
    expect(fault.hits).toBe(2)
  })
})
