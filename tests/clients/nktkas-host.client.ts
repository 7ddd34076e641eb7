/** The executor over a transport of `@nktkas/hyperliquid` that the host has already, beside a socket of its own. */
import { HttpTransport, WebSocketTransport } from '@nktkas/hyperliquid'
import {
  createConnectionLimits,
  createExecutor,
  createFallbackTransport,
  createHostSender,
  createLocalSigner,
  createWsSender,
  type Executor,
  type HostTransport,
  type PostReply,
  standardGates,
  type Transport,
} from 'hip3-executor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AGENT_KEY, type Floor, NVDA, openFloor, wallets } from './exchange.js'

const account = wallets.alice.address
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

let floor: Floor
let cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  floor = await openFloor()
  cleanUp = [() => floor.exchange.stop()]
})
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step()
})

const KINDS: readonly (readonly [string, () => Promise<HostTransport>])[] = [
  ['HttpTransport', async () => new HttpTransport({ apiUrl: floor.httpUrl, isTestnet: true })],
  [
    'WebSocketTransport',
    async () => {
      const transport = new WebSocketTransport({ url: floor.wsUrl, isTestnet: true })
      cleanUp.push(() => transport.close())
      await transport.ready()
      return transport
    },
  ],
]

async function replyTo(
  transport: Transport,
  payload: Readonly<Record<string, unknown>>,
  type: 'action' | 'info' = 'info',
): Promise<PostReply> {
  const result = transport.post({ type, payload })
  if (!result.written) throw new Error(`not written: ${result.why}`)
  return result.reply
}

describe.each(KINDS)('a %s of the host', (_name, open) => {
  it('carries questions and refusals as our own sender does', async () => {
    const transport = createHostSender(await open())
    await transport.connect()
    expect(transport.network).toBe('testnet')
    expect(await replyTo(transport, { type: 'exchangeStatus' })).toMatchObject({
      status: 'answered',
      payload: { time: expect.any(Number) },
    })
    expect(await replyTo(transport, { action: { type: 'nonsense' } }, 'action')).toMatchObject({
      status: expect.stringMatching(/refused|lost/),
    })
    await transport.close()
  })

  it('takes the cancels and reduce-only orders of an executor whose own socket is down', async () => {
    let isDown = false
    let own: WebSocket | undefined
    const socket = createWsSender({
      network: 'testnet',
      url: floor.wsUrl,
      logger: QUIET,
      connectionLimits: createConnectionLimits({ maxNewPerMinute: 1_000 }),
      minReconnectDelayMs: 20,
      webSocket: (url) => {
        if (isDown) throw new Error('no network')
        own = new WebSocket(url)
        return own as never
      },
    })
    const executor: Executor = createExecutor({
      account,
      signer: createLocalSigner(AGENT_KEY),
      transport: createFallbackTransport(socket, createHostSender(await open())),
      markets: [NVDA],
      gates: standardGates({
        maxNotionalPerMarket: '5000',
        maxNotionalTotal: '5000',
        maxConcurrentPositions: 5,
        singleEntry: false,
      }),
      logger: QUIET,
    })
    cleanUp.push(() => executor.close())
    await executor.start()
    const entry = executor.submit({ market: NVDA, side: 'buy', size: '1', price: '101', timeInForce: 'ioc' })
    expect(entry.status === 'accepted' && (await entry.outcome).status).toBe('filled')
    const quote = executor.submit({ market: NVDA, side: 'buy', size: '1', price: '98', timeInForce: 'gtc' })
    if (quote.status !== 'accepted') throw new Error(quote.reason)
    await quote.acknowledged

    const lost = new Promise<void>((resolve) => {
      executor.on('connection', ({ status }) => status !== 'open' && resolve())
    })
    isDown = true
    own?.close()
    await lost
    expect(executor.submit({ market: NVDA, side: 'buy', size: '1', price: '97', timeInForce: 'gtc' })).toMatchObject({
      reason: 'NOT_READY',
    })
    expect(await executor.cancel(quote.clientOrderId)).toEqual({ status: 'canceled' })
    const exit = executor.submit({
      market: NVDA,
      side: 'sell',
      size: '1',
      price: '99',
      timeInForce: 'ioc',
      reduceOnly: true,
    })
    expect(exit.status === 'accepted' && (await exit.outcome).status).toBe('filled')
    expect(floor.openOrders(account)).toEqual([])
    expect(floor.exchange.record.position(account, NVDA)?.size).toBe('0')
  })
})

describe('a WebSocketTransport that is not connected', () => {
  it('is not given anything: it would keep it until it is', async () => {
    const host = new WebSocketTransport({ url: 'ws://127.0.0.1:9/ws', isTestnet: true })
    cleanUp.push(() => host.close())
    const transport = createHostSender(host)
    await transport.connect()
    expect(transport.post({ type: 'info', payload: { type: 'exchangeStatus' } })).toEqual({
      written: false,
      why: 'connecting',
    })
  })
})
