/**
 * How soon a cancel leaves while its order is unanswered; and that of a quote at rest, see pulled-quotes.ts.
 *
 * Both clients trade on a simulated exchange over a real socket on loopback. The socket's other end notes when a cancel
 * arrives, and keeps back every answer to an order and every update about one, so that neither client can know what
 * became of it. Everything else is as each client has it by default, but that nobody limits how much is asked: an executor
 * that is told nothing of its orders asks for their fills.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { privateKeyToAccount } from 'viem/accounts'
import { WebSocket, WebSocketServer } from 'ws'
import { createExecutor, createLocalSigner, createNanoidIds, createWsSender, standardGates } from '../../dist/index.js'
import { createSimExchange, type SimExchange } from '../../dist/testing/index.js'
import { ExchangeClient, peerVersion, WebSocketTransport } from '../clients/peers.js'
import { interleave, ratio } from './measure.js'
import { measurePulls } from './pulled-quotes.js'
import { duration, type Line, type Part } from './report.js'
import { keyOf } from './sim-venue.js'

const SDK = '@nktkas/hyperliquid'
const MARKET = 'xyz:NVDA'
const OURS_PER_ROUND = 20
/** The SDK lets one action of a wallet wait for the other, so each cancel has a wallet of its own. */
const SDKS_PER_ROUND = 4
const ROUNDS = 3

export const part: Part = {
  title:
    'cancel: of an unanswered order, from the call until it has arrived at the other end of the socket; of a quote at rest, until it is on the socket',
  peers: [peerVersion(SDK)],
  run,
}

async function run(): Promise<readonly Line[]> {
  // The SDK looks for a global one, which Node 20 has not; so both clients use the same.
  Object.assign(globalThis, { WebSocket })
  const exchange = createSimExchange({ limits: 'none' })
  const venue = await openSilentVenue(exchange)
  const ours = await openExecutor(exchange, venue)
  let wallets = 1
  const sdk = () => sdkCancel(exchange, venue, wallets++)
  for (let i = 0; i < OURS_PER_ROUND; i++) await ours.cancel()
  const measured = await interleave(
    {
      ours: async () => {
        const took: number[] = []
        for (let i = 0; i < OURS_PER_ROUND; i++) took.push(await ours.cancel())
        return took
      },
      sdk: () => Promise.all(Array.from({ length: SDKS_PER_ROUND }, sdk)),
    },
    { rounds: ROUNDS, warmUp: 0 },
  )
  await ours.close()
  venue.close()
  const pulls = await measurePulls()
  return [
    {
      name: 'cancel while one order is unanswered',
      median: duration(measured.ours.median),
      p99: duration(measured.ours.p99),
      against: `${SDK}: ${duration(measured.sdk.median)}`,
      ratio: ratio(measured.ours, measured.sdk),
      bar: 1 / 1_000,
      isSpeedup: true,
      means: 'a quote cannot be pulled in the very moment in which the venue is slow',
    },
    {
      name: 'pulling a quote at rest, from cancel() to bytes written, signed ahead',
      median: duration(pulls.ahead.median),
      p99: duration(pulls.ahead.p99),
      against: `the same, signed as it leaves by the portable signer: ${duration(pulls.onDemand.median)}`,
      ratio: ratio(pulls.ahead, pulls.onDemand),
      bar: 0.5,
      means: 'signing ahead costs two signatures an order and saves next to nothing',
    },
  ]
}

type SilentVenue = {
  readonly url: string
  /** When a frame with this text has arrived, in ms. */
  arrival(text: string): Promise<number>
  close(): void
}

async function openSilentVenue(exchange: SimExchange): Promise<SilentVenue> {
  const expected = new Map<string, (at: number) => void>()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => {
    const orders = new Set<number>()
    const connection = exchange.connect({
      send: (text) => {
        const { channel, data } = JSON.parse(text.startsWith('{') ? text : '{}')
        if (channel === 'orderUpdates' || (channel === 'post' && orders.has(data.id))) return
        socket.send(text)
      },
      close: () => socket.close(),
    })
    socket.on('message', (data) => {
      const at = performance.now()
      const text = String(data)
      for (const [part, arrived] of expected) {
        if (!text.includes(part)) continue
        expected.delete(part)
        arrived(at)
      }
      const { id, request } = JSON.parse(text)
      if (request?.payload?.action?.type === 'order') orders.add(id)
      connection.receive(text)
    })
    socket.on('close', connection.closed)
  })
  await once(server, 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrival: (text) => new Promise((resolve) => expected.set(text, resolve)),
    close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

const orderOf = (id: string): string => `"c":"${id}"`
const cancelOf = (id: string): string => `"cloid":"${id}"`
const newId = createNanoidIds()

async function openExecutor(
  exchange: SimExchange,
  venue: SilentVenue,
): Promise<{ cancel(): Promise<number>; close(): Promise<unknown> }> {
  const signer = createLocalSigner(keyOf(0))
  exchange.account(signer.address).deposit('1000000')
  let nextId = newId()
  const executor = createExecutor({
    account: signer.address,
    signer,
    transport: createWsSender({ network: 'testnet', url: venue.url }),
    markets: [MARKET],
    gates: standardGates({
      maxNotionalPerMarket: '1000000',
      maxNotionalTotal: '1000000',
      maxConcurrentPositions: 5,
      singleEntry: false,
    }),
    ids: () => nextId,
    venueLimits: { weightPerMinute: 1_000_000 },
  })
  await executor.start()
  return {
    async cancel() {
      nextId = newId()
      const placed = venue.arrival(orderOf(nextId))
      const order = executor.submit({ market: MARKET, side: 'buy', size: '1', price: '170', timeInForce: 'gtc' })
      if (order.status === 'denied') throw new Error(`denied: ${order.reason}`)
      await placed
      const arrived = venue.arrival(cancelOf(order.clientOrderId))
      const start = performance.now()
      const done = executor.cancel(order.clientOrderId)
      const us = ((await arrived) - start) * 1_000
      await done
      return us
    },
    close: () => executor.close({ timeoutMs: 1 }),
  }
}

async function sdkCancel(exchange: SimExchange, venue: SilentVenue, number: number): Promise<number> {
  const wallet = privateKeyToAccount(keyOf(number))
  exchange.account(wallet.address).deposit('1000000')
  const asset = exchange.market(MARKET).assetId
  const transport = new WebSocketTransport({ isTestnet: true, url: venue.url })
  const client = new ExchangeClient({ transport, wallet })
  await transport.ready()
  const cloid = newId()
  const placed = venue.arrival(orderOf(cloid))
  const unanswered = client.order({
    orders: [{ a: asset, b: true, p: '170', s: '1', r: false, t: { limit: { tif: 'Gtc' } }, c: cloid }],
    grouping: 'na',
  })
  unanswered.catch(() => {})
  await placed
  const arrived = venue.arrival(cancelOf(cloid))
  const start = performance.now()
  const done = client.cancelByCloid({ cancels: [{ asset, cloid }] })
  const us = ((await arrived) - start) * 1_000
  await done
  transport.close()
  return us
}
