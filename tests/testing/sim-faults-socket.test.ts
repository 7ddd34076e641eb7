import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSimExchange, type SimExchange } from '../../src/testing/index.js'
import { COIN, SMALL } from './fault-helpers.js'
import { KEY, openSocket, orderAction, post, signed, type TestSocket, USER } from './helpers.js'

let exchange: SimExchange
let httpUrl: string
let socket: TestSocket
let nonce: number

beforeEach(async () => {
  exchange = createSimExchange({ universe: SMALL })
  exchange.account(USER).deposit('100000')
  const urls = await exchange.start()
  httpUrl = urls.httpUrl
  socket = await openSocket(urls.wsUrl)
  nonce = Date.now()
})
afterEach(() => exchange.stop())

const quote = { p: '170', s: '1' } as const
const request = (order: object = quote): Promise<object> =>
  signed(orderAction(order as typeof quote), { key: KEY, nonce: ++nonce })
const send = async (id: number, order?: object): Promise<void> =>
  socket.send({ method: 'post', id, request: { type: 'action', payload: await request(order) } })
const orders = (): number => exchange.account(USER).openOrders().length

describe('over a real socket', () => {
  it('a cut before executing ends the connection abnormally and leaves no order', async () => {
    exchange.fault({ fault: 'cut', of: 'request:action:order' })
    await send(1)
    expect(await socket.closed).toBe(1006)
    expect(orders()).toBe(0)
  })

  it('a cut after executing ends it the same way, and the order is there', async () => {
    exchange.fault({ fault: 'cut', of: 'reply:action:order' })
    await send(1)
    expect(await socket.closed).toBe(1006)
    expect(orders()).toBe(1)
  })

  it('a half-open connection stays open, and not even a ping of the protocol is answered', async () => {
    const raw = new WebSocket(`${httpUrl.replace('http', 'ws')}/ws`)
    await new Promise((resolve) => raw.once('message', resolve))
    let heard = 0
    raw.on('message', () => heard++)
    raw.on('pong', () => heard++)
    exchange.fault({ fault: 'halfOpen', of: 'request', connection: 'ws-2' })
    raw.send('{"method":"ping"}')
    raw.ping()
    raw.send('{"method":"ping"}')
    // What the other connection is answered was sent after all that.
    for (let id = 1; id <= 3; id++) {
      await send(id)
      await socket.next('post')
    }
    expect([heard, raw.readyState]).toEqual([0, WebSocket.OPEN])
    raw.terminate()
  })

  it('the answer to a subscription or a ping can be struck like any other', async () => {
    const handles = [
      exchange.fault({ fault: 'lose', of: 'reply:subscribe:bbo' }),
      exchange.fault({ fault: 'lose', of: 'reply:ping' }),
    ]
    socket.send({ method: 'subscribe', subscription: { type: 'bbo', coin: COIN } })
    socket.send({ method: 'ping' })
    await send(1)
    await socket.next('post')
    expect(handles.map(({ hits }) => hits)).toEqual([1, 1])
    expect(exchange.record.faults.map(({ message }) => message)).toEqual(['reply:subscribe:bbo', 'reply:ping'])
  })

  it('a truncated frame arrives as it is and the connection lives on', async () => {
    exchange.fault({ fault: 'malform', of: 'reply:action', as: 'text', nth: 1 })
    await send(1)
    await send(2)
    expect(await socket.next('post')).toMatchObject({ id: 2 })
    expect(socket.frames.at(-2)).toMatch(/^<html>/)
  })

  it('a maker moves away from under one of two orders that are checked at the same time', async () => {
    exchange
      .market(COIN)
      .setMark('176')
      .setBook({ bids: [], asks: [['176.1', '5']] })
    exchange.fault({ fault: 'makersMoveAway', nth: 2 })
    const take = { p: '176.1', s: '1', tif: 'Ioc' }
    const [first, second] = await Promise.all([request(take), request(take)])
    socket.send({ method: 'post', id: 1, request: { type: 'action', payload: first } })
    socket.send({ method: 'post', id: 2, request: { type: 'action', payload: second } })
    expect(JSON.stringify(await socket.next('post', ({ id }) => id === 1))).toContain('filled')
    expect(JSON.stringify(await socket.next('post', ({ id }) => id === 2))).toContain('could not immediately match')
  })
})

describe('over HTTP', () => {
  it('a failing server answers with a status, before executing or after', async () => {
    exchange.fault({ fault: 'tooManyRequests', of: 'request:info', times: 1 })
    expect(await post(`${httpUrl}/info`, { type: 'exchangeStatus' })).toEqual({
      status: 429,
      body: 'Too Many Requests',
    })
    exchange.fault({ fault: 'serverError', of: 'request:action', status: 503, times: 1 })
    expect(await post(`${httpUrl}/exchange`, await request())).toEqual({ status: 503, body: 'Service Unavailable' })
    expect(orders()).toBe(0)
    exchange.fault({ fault: 'serverError', of: 'reply:action', times: 1 })
    expect(await post(`${httpUrl}/exchange`, await request())).toEqual({ status: 502, body: 'Bad Gateway' })
    expect(orders()).toBe(1)
  })

  it('a request or a reply that is cut fails the call', async () => {
    exchange.fault({ fault: 'cut', of: 'request:action', times: 1 })
    await expect(post(`${httpUrl}/exchange`, await request())).rejects.toThrow()
    expect(orders()).toBe(0)
    exchange.fault({ fault: 'cut', of: 'reply:action', times: 1 })
    await expect(post(`${httpUrl}/exchange`, await request())).rejects.toThrow()
    expect(orders()).toBe(1)
  })

  it('a lost reply leaves the caller waiting until it gives up', async () => {
    exchange.fault({ fault: 'lose', of: 'reply:action' })
    const given = new AbortController()
    const call = fetch(`${httpUrl}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(await request()),
      signal: given.signal,
    })
    const isAnswered = call.then(
      () => true,
      () => false,
    )
    // By the time this is answered, so would the other have been.
    await post(`${httpUrl}/info`, { type: 'exchangeStatus' })
    given.abort()
    expect(await isAnswered).toBe(false)
    expect(orders()).toBe(1)
  })

  it('a reply in halves is no JSON, and of one that comes twice the first counts', async () => {
    exchange.fault({ fault: 'malform', of: 'reply:info', times: 1 })
    await expect(post(`${httpUrl}/info`, { type: 'exchangeStatus' })).rejects.toThrow(SyntaxError)
    exchange.fault({ fault: 'duplicate', of: 'request:action', times: 1 })
    expect(await post(`${httpUrl}/exchange`, await request())).toMatchObject({ body: { status: 'ok' } })
    expect(exchange.record.requests.filter(({ kind }) => kind === 'action')).toHaveLength(2)
    expect(orders()).toBe(1)
  })

  it('a young order is unknown to the lookup', async () => {
    const fault = exchange.fault({ fault: 'staleOrderStatus', ms: 60_000 })
    await post(`${httpUrl}/exchange`, await request())
    const oid = exchange.account(USER).openOrders()[0]?.oid
    const ask = { type: 'orderStatus', user: USER, oid }
    expect(await post(`${httpUrl}/info`, ask)).toEqual({ status: 200, body: { status: 'unknownOid' } })
    fault.stop()
    expect(await post(`${httpUrl}/info`, ask)).toMatchObject({ body: { status: 'order' } })
  })
})
