import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSimExchange, type SimExchange } from '../../src/testing/index.js'
import { AGENT, AGENT_KEY, CLOID, openSocket, orderAction, post, signed, USER } from './helpers.js'

let exchange: SimExchange
let urls: { httpUrl: string; wsUrl: string }

beforeAll(async () => {
  exchange = createSimExchange()
  exchange.account(USER).deposit('10000').approveAgent(AGENT)
  urls = await exchange.start()
})
afterAll(() => exchange.stop())

describe('the exchange on a real port', () => {
  it('trades over a WebSocket and tells the feeds what HTTP then confirms', async () => {
    const socket = await openSocket(urls.wsUrl)
    for (const type of ['orderUpdates', 'userFills']) {
      socket.send({ method: 'subscribe', subscription: { type, user: USER } })
      await socket.next('subscriptionResponse')
    }
    expect(socket.frames[0]).toBe('Websocket connection established.')
    const payload = await signed(orderAction({ p: '177', s: '1', tif: 'Ioc', c: CLOID }), {
      nonce: Date.now(),
      key: AGENT_KEY,
    })
    socket.send({ method: 'post', id: 1, request: { type: 'action', payload } })
    const answer = await socket.next('post')
    expect(answer).toMatchObject({
      id: 1,
      response: {
        type: 'action',
        payload: { status: 'ok', response: { data: { statuses: [{ filled: { totalSz: '1.0' } }] } } },
      },
    })
    const update = await socket.next('orderUpdates')
    expect(update).toMatchObject([{ order: { cloid: CLOID, sz: '0.0' }, status: 'filled' }])
    const { fills } = (await socket.next('userFills', (data) => data['isSnapshot'] !== true)) as { fills: unknown[] }
    const { body } = await post(`${urls.httpUrl}/info`, { type: 'userFills', user: USER })
    expect(body).toEqual(fills)
    socket.close()
    await socket.closed
  })

  it('lives through connections that come, misbehave and go', async () => {
    const broken = await openSocket(urls.wsUrl)
    broken.send('x'.repeat(2_000_000))
    expect(await broken.closed).not.toBe(1000)
    const elsewhere = new WebSocket(urls.wsUrl.replace('/ws', '/nowhere'))
    await new Promise((resolve) => elsewhere.on('error', resolve))
    expect((await post(`${urls.httpUrl}/info`, { type: 'exchangeStatus' })).status).toBe(200)
  })

  it('stops with everything it holds and starts again where it was', async () => {
    const other = createSimExchange()
    other.account(USER).deposit('5')
    const first = await other.start()
    await expect(other.start()).rejects.toThrow(RangeError)
    const socket = await openSocket(first.wsUrl)
    await other.stop()
    await socket.closed
    await expect(fetch(`${first.httpUrl}/info`)).rejects.toThrow()
    await other.start({ port: Number(new URL(first.httpUrl).port) })
    expect(other.account(USER).balance()).toBe('5')
    await other.stop()
  })
})
