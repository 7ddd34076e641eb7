import { beforeEach, describe, expect, it } from 'vitest'
import type { SimConnection } from '../../src/testing/index.js'
import { AGENT, type Bench, CLOID, createBench, NVDA, OTHER, USER } from './helpers.js'

type Frame = { channel: string; data: Record<string, unknown> }

const COIN = 'xyz:NVDA'
let bench: Bench
let frames: Frame[]
let connection: SimConnection

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(COIN)
    .setMark('176')
    .setBook({
      bids: [
        ['175.94', '1'],
        ['175.91', '2'],
        ['175.89', '4'],
        ['170.02', '8'],
      ],
      asks: [
        ['176.03', '1'],
        ['176.07', '2'],
        ['176.11', '4'],
        ['180', '8'],
      ],
    })
  frames = []
  connection = bench.exchange.connect({
    send: (text) => text.startsWith('{') && frames.push(JSON.parse(text)),
    close: () => {},
  })
})

const subscribe = (subscription: Record<string, unknown>): void =>
  connection.receive(JSON.stringify({ method: 'subscribe', subscription }))
const taken = (channel: string): unknown[] => {
  const found = frames.filter((frame) => frame.channel === channel).map(({ data }) => data)
  frames = frames.filter((frame) => frame.channel !== channel)
  return found
}

describe('a book', () => {
  const levels = (fields: object): unknown => {
    const answer = bench.info({ type: 'l2Book', coin: COIN, ...fields }) as {
      levels: { px: string; sz: string; n: number }[][]
    }
    return answer.levels.map((side) => side.map(({ px, sz, n }) => `${sz}@${px}x${n}`))
  }

  it.each([
    [
      { nSigFigs: null },
      [
        ['1.0@175.94x1', '2.0@175.91x1', '4.0@175.89x1', '8.0@170.02x1'],
        ['1.0@176.03x1', '2.0@176.07x1', '4.0@176.11x1', '8.0@180.0x1'],
      ],
    ],
    [
      { nSigFigs: 5 },
      [
        ['1.0@175.94x1', '2.0@175.91x1', '4.0@175.89x1', '8.0@170.02x1'],
        ['1.0@176.03x1', '2.0@176.07x1', '4.0@176.11x1', '8.0@180.0x1'],
      ],
    ],
    [
      { nSigFigs: 5, mantissa: 5 },
      [
        ['3.0@175.9x2', '4.0@175.85x1', '8.0@170.0x1'],
        ['1.0@176.05x1', '2.0@176.1x1', '4.0@176.15x1', '8.0@180.0x1'],
      ],
    ],
    [
      { nSigFigs: 4 },
      [
        ['3.0@175.9x2', '4.0@175.8x1', '8.0@170.0x1'],
        ['3.0@176.1x2', '4.0@176.2x1', '8.0@180.0x1'],
      ],
    ],
    [
      { nSigFigs: 3 },
      [
        ['7.0@175.0x3', '8.0@170.0x1'],
        ['7.0@177.0x3', '8.0@180.0x1'],
      ],
    ],
    [{ nSigFigs: 2 }, [['15.0@170.0x4'], ['15.0@180.0x4']]],
  ])('with %j merges bids downwards and asks upwards', (fields, expected) => {
    expect(levels(fields)).toEqual(expected)
  })

  it.each([
    { nSigFigs: 1 },
    { nSigFigs: 6 },
    { nSigFigs: 5, mantissa: 1 },
    { nSigFigs: 4, mantissa: 2 },
    { mantissa: 2 },
  ])('is not merged with %j', (fields) => {
    expect(bench.info({ type: 'l2Book', coin: COIN, ...fields })).toContain('Failed to deserialize')
  })

  it('is fed merged too, and acknowledged so', () => {
    subscribe({ type: 'l2Book', coin: COIN, nSigFigs: 2 })
    expect(taken('subscriptionResponse')).toMatchObject([
      { subscription: { nSigFigs: 2, mantissa: null, fast: false } },
    ])
    expect(taken('l2Book')).toMatchObject([{ levels: [[{ px: '170.0', n: 4 }], [{ px: '180.0', n: 4 }]] }])
  })
})

describe('fills with aggregateByTime', () => {
  beforeEach(() => {
    bench.order({ p: '177', s: '7', tif: 'Ioc', c: CLOID })
    bench.clock.advance(1)
    bench.order({ p: '175', s: '3', b: false, tif: 'Ioc' })
  })

  it('are one for each crossing order and block', () => {
    const [sell, buy] = bench.info({ type: 'userFills', user: USER, aggregateByTime: true }) as [object, object]
    // (176.03 + 2 × 176.07 + 4 × 176.11) / 7
    expect(buy).toMatchObject({ sz: '7.0', px: '176.08714286', startPosition: '0.0', cloid: CLOID, crossed: true })
    expect(sell).toMatchObject({ sz: '3.0', px: '175.92', startPosition: '7.0' })
    const single = bench.info({ type: 'userFills', user: USER }) as { fee: string }[]
    expect(single).toHaveLength(5)
    const sum = (fills: { fee: string }[]): string =>
      fills.reduce((total, { fee }) => total + Number(fee), 0).toFixed(6)
    expect(sum([sell, buy] as { fee: string }[])).toBe(sum(single))
  })

  it('are the same by time, forwards and backwards', () => {
    const ask = (reversed: boolean): { sz: string; startPosition: string }[] =>
      bench.info({ type: 'userFillsByTime', user: USER, startTime: 0, aggregateByTime: true, reversed }) as never
    expect(ask(false).map(({ sz }) => sz)).toEqual(['7.0', '3.0'])
    expect(ask(true)).toEqual(ask(false).reverse())
  })

  it('stay apart when they rested', () => {
    bench.order({ p: '170.5', s: '2' })
    bench.exchange.market(COIN).take('sell', '170.5', '0.5').take('sell', '170.5', '0.5')
    expect(bench.info({ type: 'userFills', user: USER, aggregateByTime: true })).toHaveLength(4)
  })

  it('are fed so to those who want them', () => {
    subscribe({ type: 'userFills', user: USER, aggregateByTime: true })
    expect(taken('userFills')).toMatchObject([{ isSnapshot: true, fills: [{ sz: '3.0' }, { sz: '7.0' }] }])
    bench.exchange.market(COIN).setBook({
      bids: [],
      asks: [
        ['176', '1'],
        ['176.5', '1'],
      ],
    })
    bench.order({ p: '177', s: '2', tif: 'Ioc' })
    expect(taken('userFills')).toMatchObject([{ fills: [{ sz: '2.0', px: '176.25' }] }])
  })
})

describe('the past of a market', () => {
  it('is its last trades, newest first', () => {
    bench.order({ p: '176.07', s: '2', tif: 'Ioc' })
    expect(bench.info({ type: 'recentTrades', coin: COIN })).toMatchObject([
      { px: '176.07', sz: '1.0' },
      { px: '176.03', sz: '1.0' },
    ])
  })

  it('is summed up in candles', () => {
    const start = bench.clock.now()
    bench.order({ p: '176.07', s: '2', tif: 'Ioc' })
    bench.clock.advance(60_000)
    bench.order({ p: '175.94', s: '1', b: false, tif: 'Ioc' })
    const ask = (fields: object): unknown =>
      bench.info({ type: 'candleSnapshot', req: { coin: COIN, interval: '1m', startTime: start, ...fields } })
    const t = start - (start % 60_000)
    expect(ask({})).toEqual([
      { t, T: t + 59_999, s: COIN, i: '1m', o: '176.03', c: '176.07', h: '176.07', l: '176.03', v: '2.0', n: 2 },
      {
        t: t + 60_000,
        T: t + 119_999,
        s: COIN,
        i: '1m',
        o: '175.94',
        c: '175.94',
        h: '175.94',
        l: '175.94',
        v: '1.0',
        n: 1,
      },
    ])
    expect(ask({ endTime: start + 1 })).toHaveLength(1)
    expect(ask({ interval: '7m' })).toContain('Failed to deserialize')
  })

  it('has the funding in it that a test has ordered, and no other', () => {
    bench.order({ p: '176.03', s: '1', tif: 'Ioc' })
    const ask = (fields: object): unknown =>
      [
        { type: 'fundingHistory', coin: COIN },
        { type: 'userFunding', user: USER },
      ].map((type) => bench.info({ ...type, startTime: 0, ...fields }))
    expect(ask({})).toEqual([[], []])
    subscribe({ type: 'userEvents', user: USER })
    subscribe({ type: 'userFundings', user: USER })
    expect(taken('userFundings')).toEqual([{ isSnapshot: true, user: USER, fundings: [] }])
    bench.exchange.market(COIN).setMark('176').setOracle('176').payFunding('0.001')
    const time = bench.clock.now()
    const payment = { coin: COIN, usdc: '-0.176', szi: '1.0', fundingRate: '0.001', nSamples: null }
    expect(ask({})).toMatchObject([
      [{ coin: COIN, fundingRate: '0.001', premium: '0.0', time }],
      [{ time, delta: { type: 'funding', ...payment } }],
    ])
    expect(ask({ endTime: time - 1 })).toEqual([[], []])
    expect(taken('userFundings')).toEqual([{ user: USER, fundings: [{ time, ...payment }] }])
    expect(taken('user')).toEqual([{ funding: { time, ...payment } }])
  })
})

describe('a dex', () => {
  it('tells the deposits of standard accounts', () => {
    bench.exchange.account(OTHER.replace('3c44', '4c44')).setMode('disabled').deposit('250.5', { dex: 'xyz' })
    expect(bench.info({ type: 'perpDexStatus', dex: 'xyz' })).toEqual({ totalNetDeposit: '250.5' })
  })
})

describe('the feeds of a whole account', () => {
  const trade = (): unknown => bench.order({ p: '176.03', s: '1', tif: 'Ioc' })

  it('show all dexes at once, and again when something has changed', () => {
    subscribe({ type: 'allDexsClearinghouseState', user: USER })
    const [first] = taken('allDexsClearinghouseState') as [{ clearinghouseStates: [string, unknown][] }]
    expect(first.clearinghouseStates.map(([dex]) => dex)).toEqual(['', 'xyz', 'flx', 'vntl', 'hyna'])
    trade()
    const [second] = taken('allDexsClearinghouseState') as [typeof first]
    expect(second.clearinghouseStates[1]).toMatchObject(['xyz', { assetPositions: [{ position: { szi: '1.0' } }] }])
  })

  it('show the spot balances that back a unified account', () => {
    subscribe({ type: 'spotState', user: USER })
    expect(taken('spotState')).toMatchObject([
      { user: USER, spotState: { balances: [{ coin: 'USDC', total: '100000.0' }] } },
    ])
    bench.exchange.account(USER).deposit('1')
    expect(taken('spotState')).toMatchObject([{ spotState: { balances: [{ total: '100001.0' }] } }])
  })

  it('show what can be traded, and again when an order has taken of it', () => {
    subscribe({ type: 'activeAssetData', user: USER, coin: COIN })
    const [before] = taken('activeAssetData') as [{ availableToTrade: string[] }]
    expect(bench.info({ type: 'activeAssetData', user: USER, coin: COIN })).toEqual(before)
    bench.order({ p: '170', s: '10' })
    const [after] = taken('activeAssetData') as [{ availableToTrade: string[] }]
    expect(Number(after.availableToTrade[0])).toBeLessThan(Number(before.availableToTrade[0]))
  })

  it('show agent, mode and markets at their cap in webData3', () => {
    bench.exchange.account(USER).approveAgent(AGENT)
    subscribe({ type: 'webData3', user: USER })
    expect(taken('webData3')).toMatchObject([
      {
        userState: {
          agentAddress: AGENT,
          user: USER,
          isVault: false,
          abstraction: 'unifiedAccount',
          serverTime: bench.clock.now(),
        },
        perpDexStates: [{ perpsAtOpenInterestCap: expect.any(Array) }, {}, {}, {}, {}],
      },
    ])
    bench.clock.advance(1_000)
    trade()
    expect(taken('webData3')).toEqual([])
  })

  it('tell the history of orders from the first to the last', () => {
    bench.order({ p: '105', s: '1' })
    subscribe({ type: 'userHistoricalOrders', user: USER })
    expect(taken('userHistoricalOrders')).toMatchObject([{ isSnapshot: true, orderHistory: [{ status: 'open' }] }])
    const [order] = bench.exchange.account(USER).openOrders()
    bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: order?.oid ?? 0 }] })
    expect(taken('userHistoricalOrders')).toEqual([
      { user: USER, orderHistory: [expect.objectContaining({ status: 'canceled' })] },
    ])
  })

  it('have nothing to notify anybody of', () => {
    subscribe({ type: 'notification', user: USER })
    expect(taken('notification')).toEqual([])
    expect(taken('subscriptionResponse')).toHaveLength(1)
  })
})

describe('the contexts of all dexes', () => {
  it('come positional with meta, and again when a market has moved', () => {
    subscribe({ type: 'allDexsAssetCtxs' })
    const [first] = taken('allDexsAssetCtxs') as [{ ctxs: [string, { markPx: string }[]][] }]
    expect(first.ctxs.map(([dex]) => dex)).toEqual(['', 'xyz', 'flx', 'vntl', 'hyna'])
    expect(first.ctxs[1]?.[1][NVDA - 110_000]).toMatchObject({ markPx: '176.0' })
    bench.exchange.market(COIN).setMark('177')
    const [second] = taken('allDexsAssetCtxs') as [typeof first]
    expect(second.ctxs[1]?.[1][NVDA - 110_000]).toMatchObject({ markPx: '177.0' })
  })
})

describe('what this exchange does not know', () => {
  it.each(['portfolio', 'leaderboard', 'vaultDetails', 'delegations', 'predictedFundings'])('%s is refused', (type) => {
    expect(bench.info({ type, user: USER })).toContain('Failed to deserialize the JSON body into the target type')
  })
})
