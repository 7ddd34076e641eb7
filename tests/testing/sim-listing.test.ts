import { beforeEach, describe, expect, it } from 'vitest'
import type { MarketSpec } from '../../src/testing/index.js'
import { type Bench, CLOID, createBench, OTHER, orderWire, USER } from './helpers.js'

const NAME = 'xyz:NVDA'
let bench: Bench

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({ bids: [['175.9', '100']], asks: [['176.1', '100']] })
})

const statusOf = (cloid: string): unknown =>
  (bench.info({ type: 'orderStatus', user: USER, oid: cloid }) as { order?: { status: unknown } }).order?.status
const contextOf = (name: string): unknown => {
  const [meta, contexts] = bench.info({ type: 'metaAndAssetCtxs', dex: 'xyz' }) as [
    { universe: { name: string }[] },
    unknown[],
  ]
  return contexts[meta.universe.findIndex((market) => market.name === name)]
}

describe('a halt', () => {
  beforeEach(() => {
    bench.order({ p: '176.1', s: '10', tif: 'Ioc' })
    bench.orderAs(OTHER, { b: false, p: '175.9', s: '4', tif: 'Ioc' })
    bench.order({ p: '170', s: '1', c: CLOID })
    bench.exchange.market(NAME).setMark('180')
  })

  it('settles positions at the mark, without a fill, and frees their margin', () => {
    const fills = bench.exchange.record.fills.length
    const balance = Number(bench.exchange.account(USER).balance())
    bench.exchange.market(NAME).halt()
    expect(bench.exchange.record.position(USER, NAME)?.size).toBe('0')
    expect(bench.exchange.record.position(OTHER, NAME)?.size).toBe('0')
    expect(Number(bench.exchange.account(USER).balance())).toBeCloseTo(balance + 39, 6)
    expect(bench.exchange.account(USER).available()).toBe(bench.exchange.account(USER).balance())
    expect(bench.exchange.record.fills).toHaveLength(fills)
    expect(contextOf(NAME)).toMatchObject({ openInterest: '0.0' })
  })

  it('cancels every order and refuses every new one: Trading is halted.', () => {
    bench.exchange.market(NAME).halt()
    expect(statusOf(CLOID)).toBe('canceled')
    const halted = [{ error: 'Trading is halted. asset=110002' }]
    expect(bench.order({ p: '170', s: '1' })).toEqual(halted)
    expect(bench.order({ b: false, p: '175', s: '10', r: true, tif: 'Ioc' })).toEqual(halted)
  })

  it('is told to whoever listens to the account', () => {
    const frames: string[] = []
    const connection = bench.exchange.connect({ send: (text) => frames.push(text), close: () => {} })
    const subscription = { type: 'clearinghouseState', user: USER, dex: 'xyz' }
    connection.receive(JSON.stringify({ method: 'subscribe', subscription }))
    bench.exchange.market(NAME).halt()
    expect(JSON.parse(frames.at(-1) ?? '')).toMatchObject({ data: { clearinghouseState: { assetPositions: [] } } })
  })

  it('ends with an empty book on which all can start anew', () => {
    bench.exchange.market(NAME).halt().resume().seedBook()
    expect(bench.order({ p: '181', s: '1', tif: 'Ioc' })).toMatchObject([{ filled: {} }])
    expect(bench.exchange.record.position(USER, NAME)?.size).toBe('1')
    const tiedUp = Number(bench.exchange.account(USER).balance()) - Number(bench.exchange.account(USER).available())
    expect(tiedUp).toBeCloseTo(18, 1)
  })
})

describe('a delisting', () => {
  it('settles, cancels (delistedCanceled) and shows in meta, where the slot stays', () => {
    bench.order({ p: '176.1', s: '10', tif: 'Ioc' })
    bench.order({ p: '170', s: '1', c: CLOID })
    bench.exchange.market(NAME).delist()
    expect(statusOf(CLOID)).toBe('delistedCanceled')
    expect(bench.exchange.record.position(USER, NAME)?.size).toBe('0')
    const { universe } = bench.info({ type: 'meta', dex: 'xyz' }) as { universe: unknown[] }
    expect(universe[2]).toMatchObject({ name: NAME, isDelisted: true })
  })
})

describe('a market added while running', () => {
  const spec: MarketSpec = {
    name: 'xyz:LUNAR',
    szDecimals: 2,
    maxLeverage: 5,
    marginMode: 'noCross',
    growthMode: false,
    isDelisted: false,
    mark: '42',
    oracle: '42',
    mid: '42',
    prevDay: '42',
    openInterest: '0',
    funding: '0',
    openInterestCap: '1000000',
  }

  it('stands behind the others and trades at once', () => {
    const dex = bench.exchange.dex('xyz')
    const count = dex.markets().length
    const market = dex.addMarket(spec)
    expect(market.assetId).toBe(110_000 + count)
    expect(dex.markets().at(-1)).toBe('xyz:LUNAR')
    const { universe } = bench.info({ type: 'meta', dex: 'xyz' }) as { universe: unknown[] }
    expect(universe.at(-1)).toMatchObject({ name: 'xyz:LUNAR', szDecimals: 2, marginMode: 'noCross' })
    expect(bench.info({ type: 'allMids', dex: 'xyz' })).toMatchObject({ 'xyz:LUNAR': '42.0' })
    const wire = orderWire({ a: market.assetId, p: '43', s: '1', tif: 'Ioc' })
    expect(bench.act({ type: 'order', orders: [wire], grouping: 'na' })).toMatchObject({
      response: { data: { statuses: [{ filled: { totalSz: '1.0' } }] } },
    })
  })

  it('is refused when its name is taken, of another dex, or unreadable, and then nothing is listed', () => {
    const dex = bench.exchange.dex('xyz')
    const count = dex.markets().length
    expect(() => dex.addMarket({ ...spec, name: NAME })).toThrow(RangeError)
    expect(() => dex.addMarket({ ...spec, name: 'flx:LUNAR' })).toThrow(RangeError)
    expect(() => dex.addMarket({ ...spec, mark: 'much' })).toThrow(RangeError)
    expect(() => dex.addMarket({ ...spec, mid: 'much' })).toThrow(RangeError)
    expect(dex.markets()).toHaveLength(count)
    expect(() => bench.exchange.dex('abc')).toThrow(RangeError)
  })
})
