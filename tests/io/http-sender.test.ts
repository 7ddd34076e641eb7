import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createHttpSender,
  createLocalSigner,
  createSystemClock,
  type HttpSenderOptions,
  type PostReply,
  type PostRequest,
  type PostResult,
  type Transport,
} from 'hip3-executor'
import { l1Signable, noopAction } from 'hip3-executor/signing'
import { createManualClock, createSimExchange, type FaultRule, type SimExchange } from 'hip3-executor/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'

const STATUS: PostRequest = { type: 'info', payload: { type: 'exchangeStatus' } }
const running: SimExchange[] = []

/** A sender on a real port of a simulated exchange that verifies signatures. */
async function createBench(options: Partial<HttpSenderOptions> = {}) {
  const exchange = createSimExchange()
  running.push(exchange)
  exchange.account(TEST_ADDRESS).deposit('1000')
  const { httpUrl } = await exchange.start()
  const transport = createHttpSender({ network: 'testnet', url: httpUrl, ...options })
  await transport.connect()
  return { exchange, transport, httpUrl }
}

/** An action that changes nothing but takes a nonce, so that the exchange's record tells whether it was executed. */
async function noop(nonce = Date.now()): Promise<PostRequest> {
  const action = noopAction()
  const { digest, connectionId } = l1Signable(action, { nonce }, 'testnet')
  return {
    type: 'action',
    payload: {
      action,
      nonce,
      signature: await createLocalSigner(TEST_KEY).sign(digest, { network: 'testnet', connectionId }),
    },
  }
}

function replyOf(result: PostResult): Promise<PostReply> {
  if (!result.written) throw new Error(`not written: ${result.why}`)
  return result.reply
}

const executed = ({ record }: SimExchange): number =>
  record.requests.filter(({ kind, answer }) => kind === 'action' && JSON.stringify(answer)?.includes('"ok"')).length

afterEach(async () => {
  await Promise.all(running.splice(0).map((exchange) => exchange.stop()))
})

describe('a request over HTTP', () => {
  it('is answered as it would be over the socket', async () => {
    const { exchange, transport } = await createBench()
    expect(await replyOf(transport.post(STATUS))).toMatchObject({
      status: 'answered',
      payload: { time: expect.any(Number) },
    })
    expect(await replyOf(transport.post(await noop()))).toEqual({
      status: 'answered',
      payload: { status: 'ok', response: { type: 'default' } },
    })
    expect(exchange.record.requests.map(({ connection, kind }) => `${connection} ${kind}`)).toEqual([
      'http info',
      'http action',
    ])
  })

  const FATES: readonly (readonly [string, FaultRule, PostReply['status'], number])[] = [
    ['turned down for too many of them', { fault: 'tooManyRequests', of: 'request:action' }, 'refused', 0],
    ['met by a server that fails before', { fault: 'serverError', of: 'request:action', status: 503 }, 'lost', 0],
    ['met by a server that fails after', { fault: 'serverError', of: 'reply:action', status: 502 }, 'lost', 1],
    ['cut off before', { fault: 'cut', of: 'request:action' }, 'lost', 0],
    ['cut off after', { fault: 'cut', of: 'reply:action' }, 'lost', 1],
    ['answered with half of an answer', { fault: 'malform', of: 'reply:action' }, 'lost', 1],
    ['answered with a page for people', { fault: 'malform', of: 'reply:action', as: 'text' }, 'lost', 1],
  ]
  it.each(FATES)('that is %s is never called what it is not', async (_, fault, status, count) => {
    const { exchange, transport } = await createBench()
    exchange.fault(fault)
    expect(await replyOf(transport.post(await noop()))).toMatchObject({ status })
    expect(executed(exchange)).toBe(count)
  })

  it('that finds nobody at all is lost too: the same error comes when it has arrived', async () => {
    const { exchange, transport } = await createBench()
    await exchange.stop()
    expect(await replyOf(transport.post(STATUS))).toMatchObject({ status: 'lost', why: 'fetch failed' })
  })

  it('that is not answered in time is lost, and so is one when the transport is closed', async () => {
    const clock = createManualClock()
    const signals: (AbortSignal | null | undefined)[] = []
    const { transport } = await createBench({
      clock,
      fetch: (_url, init) => {
        signals.push(init?.signal)
        return new Promise(() => {})
      },
    })
    const first = replyOf(transport.post(STATUS))
    clock.advance(9_999)
    const second = replyOf(transport.post(STATUS))
    clock.advance(1)
    expect(await first).toEqual({ status: 'lost', why: 'no answer within 10000 ms' })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false])
    await transport.close()
    expect(await second).toEqual({ status: 'lost', why: 'the transport was closed' })
    expect(signals[1]?.aborted).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is refused in the call while there is no connection wanted, when it is closed, and beyond a hundred', async () => {
    const transport = createHttpSender({
      network: 'testnet',
      clock: createManualClock(),
      fetch: () => new Promise(() => {}),
    })
    expect(transport.post(STATUS)).toEqual({ written: false, why: 'connecting' })
    await transport.connect()
    for (let n = 0; n < 80; n++) expect(transport.post(STATUS).written).toBe(true)
    expect(transport.post(STATUS)).toEqual({ written: false, why: 'throttled' })
    for (let n = 0; n < 20; n++) expect(transport.post({ type: 'action', payload: {} }).written).toBe(true)
    expect(transport.post({ type: 'action', payload: {} })).toEqual({ written: false, why: 'throttled' })
    await transport.close()
    expect(transport.post(STATUS)).toEqual({ written: false, why: 'closed' })
    await expect(transport.connect()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('is not sent on to where a redirect points', async () => {
    const { exchange, httpUrl } = await createBench()
    const server = createServer((_request, response) => {
      response.writeHead(307, { location: `${httpUrl}/info` }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const transport: Transport = createHttpSender({
      network: 'testnet',
      url: `http://127.0.0.1:${port}`,
      clock: createSystemClock(),
    })
    await transport.connect()
    expect(await replyOf(transport.post(STATUS))).toMatchObject({ status: 'lost' })
    expect(exchange.record.requests).toEqual([])
    server.close()
    server.closeAllConnections()
  })
})

describe('an HTTP sender', () => {
  it('says at once that it has no feeds', async () => {
    const { transport } = await createBench()
    expect(() => transport.subscribe({ type: 'bbo', coin: 'xyz:NVDA' }, () => {})).toThrow(/createFallbackTransport/)
  })

  it('refuses options that cannot work', () => {
    expect(() => createHttpSender({ network: 'main' as never })).toThrow(/^network/)
    expect(() => createHttpSender({ network: 'testnet', url: 'ws://127.0.0.1' })).toThrow(/^url/)
    expect(() => createHttpSender({ network: 'testnet', timeoutMs: 0 })).toThrow(/^timeoutMs/)
  })
})
