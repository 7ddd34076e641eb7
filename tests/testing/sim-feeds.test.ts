import { beforeEach, describe, expect, it } from 'vitest'
import type { SimConnection } from '../../src/testing/index.js'
import { type Bench, CLOID, createBench, OTHER, USER } from './helpers.js'

type Frame = { channel: string; data: Record<string, unknown> }

let bench: Bench
let frames: Frame[]
let connection: SimConnection
let hungUp: boolean
const COIN = 'xyz:NVDA'

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(COIN)
    .setMark('176')
    .setBook({ bids: [['175.9', '5']], asks: [['176.1', '5']] })
  frames = []
  hungUp = false
  connection = bench.exchange.connect({
    send: (text) => frames.push(text.startsWith('{') ? JSON.parse(text) : { channel: 'text', data: text }),
    close: () => {
      hungUp = true
    },
  })
})

const subscribe = (subscription: Record<string, unknown>, method = 'subscribe'): void =>
  connection.receive(JSON.stringify({ method, subscription }))
/** Takes what has come on a channel since the last look. */
const taken = (channel: string): unknown[] => {
  const found = frames.filter((frame) => frame.channel === channel).map(({ data }) => data)
  frames = frames.filter((frame) => frame.channel !== channel)
  return found
}

describe('a connection', () => {
  it('is greeted in plain text and answers a ping', () => {
    expect(frames).toEqual([{ channel: 'text', data: 'Websocket connection established.' }])
    connection.receive('{"method":"ping"}')
    expect(frames[1]).toEqual({ channel: 'pong' })
  })

  it('is closed after 60 s in which nothing was sent to it', () => {
    bench.clock.advance(40_000)
    connection.receive('{"method":"ping"}')
    bench.clock.advance(59_999)
    expect(hungUp).toBe(false)
    bench.clock.advance(1)
    expect(hungUp).toBe(true)
    expect(bench.clock.pendingTimers).toBe(0)
  })

  it('leaves no timer and no listener behind', () => {
    for (const type of ['bbo', 'activeAssetCtx', 'l2Book', 'trades']) subscribe({ type, coin: COIN })
    bench.exchange.market(COIN).clearBook()
    expect(bench.clock.pendingTimers).toBeGreaterThan(1)
    connection.closed()
    const sent = frames.length
    bench.exchange.market(COIN).seedBook()
    connection.receive('{"method":"ping"}')
    expect(bench.clock.pendingTimers).toBe(0)
    expect(frames).toHaveLength(sent)
  })
})

describe('a subscription', () => {
  it('is acknowledged in the venue’s spelling', () => {
    subscribe({ type: 'userFills', user: USER.toUpperCase().replace('0X', '0x') })
    expect(taken('subscriptionResponse')).toEqual([
      { method: 'subscribe', subscription: { type: 'userFills', user: USER, aggregateByTime: false } },
    ])
  })

  it('cannot be had twice, nor ended twice', () => {
    subscribe({ type: 'bbo', coin: COIN })
    subscribe({ type: 'bbo', coin: COIN })
    expect(taken('error')).toEqual([`Already subscribed: {"type":"bbo","coin":"${COIN}"}`])
    subscribe({ type: 'bbo', coin: COIN }, 'unsubscribe')
    subscribe({ type: 'bbo', coin: COIN }, 'unsubscribe')
    expect(taken('error')).toEqual([`Already unsubscribed: {"type":"bbo","coin":"${COIN}"}`])
    bench.exchange.market(COIN).clearBook()
    expect(taken('bbo')).toHaveLength(1)
  })

  it('of a market that does not exist is invalid, of a type that does not exist is no request', () => {
    subscribe({ type: 'bbo', coin: 'xyz:nvda' })
    expect(taken('error')).toEqual(['Invalid subscription {"type":"bbo","coin":"xyz:nvda"}'])
    subscribe({ type: 'l2Book', coin: COIN, nSigFigs: 6 })
    expect(taken('error')).toEqual([`Invalid subscription {"type":"l2Book","coin":"${COIN}","nSigFigs":6}`])
    subscribe({ type: 'nothing' })
    expect(taken('error')).toEqual([
      'Error parsing JSON into valid websocket request: {"method":"subscribe","subscription":{"type":"nothing"}}',
    ])
  })
})

describe('the feeds of an account', () => {
  it('tell the life of an order without a snapshot: sz is what is left, origSz what was asked', () => {
    bench.order({ p: '175', s: '1' })
    subscribe({ type: 'orderUpdates', user: USER })
    expect(taken('orderUpdates')).toEqual([])
    bench.order({ p: '176', s: '2', c: CLOID, tif: 'Alo' })
    expect(taken('orderUpdates')).toEqual([
      [
        {
          order: {
            coin: COIN,
            side: 'B',
            limitPx: '176.0',
            sz: '2.0',
            oid: expect.any(Number),
            timestamp: bench.clock.now(),
            origSz: '2.0',
            cloid: CLOID,
          },
          status: 'open',
          statusTimestamp: bench.clock.now(),
        },
      ],
    ])
    bench.exchange.market(COIN).take('sell', '176', '0.5')
    expect(taken('orderUpdates')).toMatchObject([[{ order: { sz: '1.5', origSz: '2.0' }, status: 'open' }]])
    bench.exchange.market(COIN).take('sell', '176', '1.5')
    expect(taken('orderUpdates')).toMatchObject([[{ order: { sz: '0.0', origSz: '2.0' }, status: 'filled' }]])
  })

  it('tell of a refused order too', () => {
    subscribe({ type: 'orderUpdates', user: USER })
    bench.order({ p: '177', s: '1', tif: 'Alo', c: CLOID })
    expect(taken('orderUpdates')).toMatchObject([[{ order: { cloid: CLOID }, status: 'badAloPxRejected' }]])
  })

  it('start the fills with a snapshot and go on without the word', () => {
    bench.order({ p: '176.1', s: '1', tif: 'Ioc' })
    subscribe({ type: 'userFills', user: USER })
    expect(taken('userFills')).toMatchObject([{ isSnapshot: true, user: USER, fills: [{ sz: '1.0' }] }])
    bench.order({ p: '176.1', s: '2', tif: 'Ioc' })
    const [next] = taken('userFills') as [Record<string, unknown>]
    expect(next).toMatchObject({ user: USER, fills: [{ sz: '2.0', crossed: true }] })
    expect(next).not.toHaveProperty('isSnapshot')
  })

  it('carry user events on the channel called user, and nobody else’s', () => {
    subscribe({ type: 'userEvents', user: USER })
    bench.orderAs(OTHER, { p: '176.1', s: '1', tif: 'Ioc' })
    expect(taken('user')).toEqual([])
    bench.order({ p: '176.1', s: '1', tif: 'Ioc' })
    expect(taken('user')).toMatchObject([{ fills: [{ coin: COIN, sz: '1.0' }] }])
  })

  it('show positions and open orders of the dex asked for', () => {
    for (const type of ['clearinghouseState', 'openOrders']) {
      subscribe({ type, user: USER, dex: 'xyz' })
      subscribe({ type, user: USER })
    }
    expect(taken('clearinghouseState')).toMatchObject([{ dex: 'xyz' }, { dex: '' }])
    expect(taken('openOrders')).toMatchObject([
      { dex: 'xyz', orders: [] },
      { dex: '', orders: [] },
    ])
    bench.order({ p: '175', s: '1' })
    expect(taken('openOrders')).toMatchObject([{ dex: 'xyz', user: USER, orders: [{ coin: COIN }] }])
    bench.order({ p: '176.1', s: '1', tif: 'Ioc' })
    expect(taken('clearinghouseState')).toMatchObject([
      { dex: 'xyz', clearinghouseState: { assetPositions: [{ position: { szi: '1.0' } }] } },
    ])
  })
})

describe('the feeds of a market', () => {
  it('tell the best prices when they change and not when they do not', () => {
    subscribe({ type: 'bbo', coin: COIN })
    expect(taken('bbo')).toEqual([
      {
        coin: COIN,
        time: bench.clock.now(),
        bbo: [
          { px: '175.9', sz: '5.0', n: 1 },
          { px: '176.1', sz: '5.0', n: 1 },
        ],
      },
    ])
    bench.order({ p: '170', s: '1' })
    expect(taken('bbo')).toEqual([])
    bench.order({ p: '175.9', s: '1' })
    expect(taken('bbo')).toMatchObject([{ bbo: [{ sz: '6.0', n: 2 }, {}] }])
    bench.exchange.market(COIN).setBook({ bids: [], asks: [] })
    expect(taken('bbo')).toMatchObject([{ bbo: [{ px: '175.9', sz: '1.0', n: 1 }, null] }])
  })

  it('tell the context at once, on change, and with every oracle update', () => {
    subscribe({ type: 'activeAssetCtx', coin: COIN })
    expect(taken('activeAssetCtx')).toMatchObject([{ coin: COIN, ctx: { markPx: '176.0', midPx: '176.0' } }])
    bench.exchange.market(COIN).setMark('177').setOracle('177.5')
    expect(taken('activeAssetCtx')).toMatchObject([{ ctx: { markPx: '177.0' } }, { ctx: { oraclePx: '177.5' } }])
    bench.clock.advance(9_000)
    expect(taken('activeAssetCtx')).toHaveLength(3)
  })

  it('send books no oftener than every five seconds, fast ones every half second', () => {
    subscribe({ type: 'l2Book', coin: COIN })
    subscribe({ type: 'l2Book', coin: COIN, fast: true })
    expect(taken('l2Book')).toHaveLength(2)
    for (let i = 0; i < 5; i++) bench.order({ p: '175', s: '1' })
    expect(taken('l2Book')).toEqual([])
    bench.clock.advance(500)
    expect(taken('l2Book')).toMatchObject([{ levels: [[{}, { px: '175.0', sz: '5.0', n: 5 }], [{}]] }])
    bench.clock.advance(4_500)
    expect(taken('l2Book')).toHaveLength(1)
    bench.clock.advance(50_000)
    expect(taken('l2Book')).toEqual([])
  })

  it('tell trades with buyer and seller, and mids of one dex', () => {
    subscribe({ type: 'trades', coin: COIN })
    subscribe({ type: 'allMids', dex: 'xyz' })
    expect(taken('trades')).toEqual([])
    expect(taken('allMids')).toMatchObject([{ mids: { [COIN]: '176.0' } }])
    bench.orderAs(OTHER, { b: false, p: '176', s: '1' })
    bench.order({ p: '176', s: '1', tif: 'Ioc' })
    expect(taken('trades')).toMatchObject([[{ coin: COIN, side: 'B', px: '176.0', users: [USER, OTHER] }]])
    expect(taken('allMids')).toMatchObject([{ mids: { [COIN]: '175.95' } }, { mids: { [COIN]: '176.0' } }])
  })

  it('name the dex with its mids, and leave the name away for the validator dex', () => {
    subscribe({ type: 'allMids', dex: 'xyz' })
    subscribe({ type: 'allMids' })
    expect(taken('allMids').map((frame) => (frame as { dex?: string }).dex)).toEqual(['xyz', undefined])
  })
})

describe('requests over the socket', () => {
  it('wrap an info answer twice and an action answer once', () => {
    connection.receive(
      JSON.stringify({ method: 'post', id: 7, request: { type: 'info', payload: { type: 'allMids', dex: 'vntl' } } }),
    )
    expect(taken('post')).toMatchObject([
      { id: 7, response: { type: 'info', payload: { type: 'allMids', data: { 'vntl:MAG7': '530.2' } } } },
    ])
  })

  it('answer what would be an HTTP error with its status and description', () => {
    connection.receive(
      JSON.stringify({ method: 'post', id: 8, request: { type: 'action', payload: { action: { type: 'noop' } } } }),
    )
    connection.receive(
      JSON.stringify({ method: 'post', id: 9, request: { type: 'info', payload: { type: 'nothing' } } }),
    )
    expect(taken('post')).toMatchObject([
      { id: 8, response: { type: 'error', payload: expect.stringMatching(/^422 Failed to deserialize/) } },
      { id: 9, response: { type: 'error', payload: expect.stringMatching(/^422 Failed to deserialize/) } },
    ])
  })

  it('without an id or a known kind are no requests and get no post answer', () => {
    const text = JSON.stringify({ method: 'post', request: { type: 'info', payload: { type: 'meta' } } })
    connection.receive(text)
    expect(taken('post')).toEqual([])
    expect(taken('error')).toEqual([`Error parsing JSON into valid websocket request: ${text}`])
  })

  it('are recorded with their answers, in order', () => {
    subscribe({ type: 'bbo', coin: COIN })
    connection.receive('nonsense')
    connection.receive(
      JSON.stringify({ method: 'post', id: 1, request: { type: 'info', payload: { type: 'exchangeStatus' } } }),
    )
    expect(bench.exchange.record.requests).toEqual([
      {
        at: bench.clock.now(),
        connection: 'ws-1',
        kind: 'subscribe',
        payload: { type: 'bbo', coin: COIN },
        answer: undefined,
      },
      { at: bench.clock.now(), connection: 'ws-1', kind: 'malformed', payload: 'nonsense', answer: undefined },
      {
        at: bench.clock.now(),
        connection: 'ws-1',
        kind: 'info',
        payload: { type: 'exchangeStatus' },
        answer: { time: bench.clock.now(), specialStatuses: null },
      },
    ])
  })
})
