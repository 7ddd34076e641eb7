import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  createManualClock,
  createSimExchange,
  createUnverifiedSigner,
  type SimConnection,
  type SimExchange,
  type SimExchangeOptions,
} from '../../src/testing/index.js'
import { NVDA, post, USER } from './helpers.js'

type Frame = { readonly channel: string; readonly data: unknown }
type Client = {
  readonly connection: SimConnection
  readonly frames: Frame[]
  isClosed: boolean
  send(message: object): void
}

const clock = createManualClock()
let exchange: SimExchange

function open(options: SimExchangeOptions = {}): void {
  exchange = createSimExchange({ clock, verifySignatures: false, limits: 'venue', ...options })
  exchange.account(USER).deposit('100000')
}
afterEach(() => exchange.stop())

function connect(): Client {
  const frames: Frame[] = []
  const client: Omit<Client, 'connection' | 'send'> = { frames, isClosed: false }
  const connection = exchange.connect({
    send: (text) => text.startsWith('{') && frames.push(JSON.parse(text) as Frame),
    close: () => {
      client.isClosed = true
    },
  })
  return Object.assign(client, { connection, send: (message: object) => connection.receive(JSON.stringify(message)) })
}

const subscribe = (subscription: object): object => ({ method: 'subscribe', subscription })
const user = (index: number): string => `0x${index.toString(16).padStart(40, '0')}`
let nonce = clock.now()
const action = (fields: object): object => ({
  action: fields,
  nonce: ++nonce,
  signature: createUnverifiedSigner(USER).sign('0x', { network: 'testnet', connectionId: '0x' }),
})
const posted = (id: number, payload: object, type = 'info'): object => ({
  method: 'post',
  id,
  request: { type, payload },
})

describe('the 1200 weight per minute of an IP address', () => {
  const spend = (client: Client, payload: object, type?: string): unknown => {
    client.send(posted(1, payload, type))
    return (client.frames.at(-1)?.data as { response?: { type: string; payload: unknown } } | undefined)?.response
  }
  const isServed = (client: Client): boolean =>
    (spend(client, { type: 'exchangeStatus' }) as { type: string }).type === 'info'
  /** Uses up all but what the last requests take, and counts in twos what they took. */
  const left = (client: Client): number => {
    let served = 0
    while (isServed(client)) served += 2
    return served
  }
  const cancels = (n: number): object =>
    action({ type: 'cancel', cancels: Array.from({ length: n }, () => ({ a: NVDA, o: 1 })) })

  it.each([
    ['2 for l2Book', { type: 'l2Book', coin: 'xyz:NVDA' }, 2],
    ['2 for allMids', { type: 'allMids' }, 2],
    ['2 for clearinghouseState', { type: 'clearinghouseState', user: USER }, 2],
    ['2 for orderStatus', { type: 'orderStatus', user: USER, oid: 1 }, 2],
    ['2 for spotClearinghouseState', { type: 'spotClearinghouseState', user: USER }, 2],
    ['2 for exchangeStatus', { type: 'exchangeStatus' }, 2],
    ['60 for userRole', { type: 'userRole', user: USER }, 60],
    ['20 for any other question', { type: 'meta' }, 20],
  ])('is spent by %s', (_what, payload, weight) => {
    open()
    const client = connect()
    spend(client, payload)
    expect(left(client)).toBe(1_200 - weight)
  })

  it('is spent by 1 + floor(n/40) for an action of n entries', () => {
    // Two actions each, so that what is left is even.
    for (const [n, weight] of [
      [1, 1],
      [39, 1],
      [40, 2],
      [79, 2],
      [80, 3],
    ] as const) {
      open()
      const client = connect()
      for (let i = 0; i < 2; i++) spend(client, cancels(n), 'action')
      expect(left(client)).toBe(1_200 - 2 * weight)
      clock.advance(60_000)
    }
  })

  it('is spent by 1 more for every 20 rows of fills or history in the answer', () => {
    open()
    for (let i = 0; i < 20; i++) {
      const order = { a: NVDA, b: true, p: '105', s: '1', r: false, t: { limit: { tif: 'Gtc' } } }
      exchange.handleExchange(action({ type: 'order', orders: [order, order], grouping: 'na' }), () => {})
    }
    const client = connect()
    spend(client, { type: 'historicalOrders', user: USER })
    expect(left(client)).toBe(1_200 - 20 - 2)
  })

  it('when it is used up is answered "429 Too Many Requests" over the socket, and comes back a minute later', () => {
    open()
    const client = connect()
    left(client)
    expect(spend(client, { type: 'meta' })).toEqual({ type: 'error', payload: '429 Too Many Requests' })
    expect(spend(client, cancels(1), 'action')).toEqual({ type: 'error', payload: '429 Too Many Requests' })
    expect(isServed(connect())).toBe(false)
    clock.advance(59_999)
    expect(isServed(client)).toBe(false)
    clock.advance(1)
    expect(isServed(connect())).toBe(true)
  })

  it('when it is used up is answered HTTP 429, and nothing is executed', async () => {
    open({ limits: { weightPerMinute: 21 } })
    const { httpUrl } = await exchange.start()
    expect((await post(`${httpUrl}/info`, { type: 'meta' })).status).toBe(200)
    expect((await post(`${httpUrl}/exchange`, action({ type: 'noop' }))).status).toBe(200)
    const refused = action({ type: 'noop' })
    expect(await post(`${httpUrl}/exchange`, refused)).toEqual({ status: 429, body: 'Too Many Requests' })
    expect(await post(`${httpUrl}/info`, { type: 'exchangeStatus' })).toEqual({
      status: 429,
      body: 'Too Many Requests',
    })
    clock.advance(60_000)
    expect(await post(`${httpUrl}/exchange`, refused)).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it('is not spent by what the test asks without a connection', () => {
    open()
    for (let i = 0; i < 100; i++) expect(exchange.handleInfo({ type: 'meta' })).toMatchObject({ httpStatus: 200 })
  })
})

describe('WebSocket connections of an IP address', () => {
  it('are 10: the 11th is refused until one has gone', () => {
    open()
    const clients = Array.from({ length: 10 }, connect)
    expect(clients.some(({ isClosed }) => isClosed)).toBe(false)
    expect(connect().isClosed).toBe(true)
    clients[3]?.connection.closed()
    expect(connect().isClosed).toBe(false)
  })

  it('are 30 new ones per minute', () => {
    open()
    for (let i = 0; i < 30; i++) {
      const client = connect()
      expect(client.isClosed).toBe(false)
      client.connection.closed()
    }
    expect(connect().isClosed).toBe(true)
    clock.advance(60_000)
    expect(connect().isClosed).toBe(false)
  })

  it('are refused with HTTP 429 when there are too many', async () => {
    open({ limits: { connections: 0 } })
    const { wsUrl } = await exchange.start()
    const socket = new WebSocket(wsUrl)
    const status = await new Promise((resolve) => {
      socket.on('error', () => {})
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    })
    expect(status).toBe(429)
    socket.terminate()
  })
})

describe('subscriptions of an IP address', () => {
  it('are 1000 over all its connections', () => {
    open({ limits: { subscriptions: 1_000 } })
    const [first, second] = [connect(), connect()]
    const markets = exchange.handleInfo({ type: 'meta', dex: 'xyz' }) as unknown as {
      body: { universe: { name: string }[] }
    }
    const names = markets.body.universe.map(({ name }) => name)
    const all = ['bbo', 'l2Book', 'trades', 'activeAssetCtx'].flatMap((type) => names.map((coin) => ({ type, coin })))
    const wanted = [
      ...all.map((subscription) => [first, subscription] as const),
      ...Array.from({ length: 1_000 }, (_, i) => [second, { type: 'orderUpdates', user: user(i) }] as const),
    ]
    for (const [client, subscription] of wanted.slice(0, 1_000)) client.send(subscribe(subscription))
    expect([...first.frames, ...second.frames].filter(({ channel }) => channel === 'error')).toEqual([])
    second.send(subscribe({ type: 'allMids' }))
    expect(second.frames.at(-1)).toEqual({ channel: 'error', data: 'Cannot have more than 1000 subscriptions.' })
    first.connection.closed()
    second.send(subscribe({ type: 'allMids' }))
    expect(second.frames.at(-1)).toMatchObject({ channel: 'allMids' })
  })

  it('are about 10 users: "Cannot track more than 10 total users."', () => {
    open()
    const [first, second] = [connect(), connect()]
    for (let i = 0; i < 10; i++) (i % 2 ? first : second).send(subscribe({ type: 'orderUpdates', user: user(i) }))
    second.send(subscribe({ type: 'orderUpdates', user: user(10) }))
    expect(second.frames.at(-1)).toEqual({ channel: 'error', data: 'Cannot track more than 10 total users.' })
    second.send(subscribe({ type: 'userFills', user: user(1) }))
    expect(second.frames.at(-1)?.channel).toBe('userFills')
    first.send({ method: 'unsubscribe', subscription: { type: 'orderUpdates', user: user(3) } })
    second.send(subscribe({ type: 'orderUpdates', user: user(10) }))
    expect(second.frames.at(-1)).toMatchObject({ channel: 'subscriptionResponse' })
  })
})

describe('messages of an IP address', () => {
  it('are 2000 per minute; after that it hangs up', () => {
    open()
    const client = connect()
    for (let i = 0; i < 2_000; i++) client.send({ method: 'ping' })
    expect(client.frames.filter(({ channel }) => channel === 'pong')).toHaveLength(2_000)
    expect(client.isClosed).toBe(false)
    client.send({ method: 'ping' })
    expect(client.isClosed).toBe(true)
  })
})

describe('posts without an answer', () => {
  it('are 100: "too many pending post requests id=N"', () => {
    open({ blockMs: 100, limits: { pendingPosts: 100 } })
    const [first, second] = [connect(), connect()]
    for (let id = 1; id <= 100; id++) (id % 2 ? first : second).send(posted(id, action({ type: 'noop' }), 'action'))
    first.send(posted(101, action({ type: 'noop' }), 'action'))
    expect(first.frames).toEqual([{ channel: 'error', data: 'too many pending post requests id=101' }])
    clock.advance(100)
    expect(first.frames.length + second.frames.length).toBe(101)
    first.send(posted(102, { type: 'exchangeStatus' }))
    expect(first.frames.at(-1)).toMatchObject({ channel: 'post', data: { id: 102 } })
  })
})

describe('an exchange without limits', () => {
  it('lets one machine open hundreds of connections and ask for ever, by default', () => {
    open({ limits: undefined })
    const clients = Array.from({ length: 200 }, connect)
    for (const [index, client] of clients.entries()) {
      client.send(subscribe({ type: 'orderUpdates', user: user(index) }))
      for (let id = 0; id < 20; id++) client.send(posted(id, { type: 'meta', dex: 'flx' }))
    }
    expect(clients.every(({ isClosed, frames }) => !isClosed && frames.length === 21)).toBe(true)
  })
})
