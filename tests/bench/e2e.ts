/**
 * An order there and back: from the call until its client knows that it rests, on a simulated exchange in another process.
 *
 * Both clients are as their documentation shows them, but for the pause that our queue makes between requests with new
 * orders. Each order is cancelled before the next, and that is not timed.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { privateKeyToAccount } from 'viem/accounts'
import { WebSocket } from 'ws'
import {
  createActionBudget,
  createExecutor,
  createLocalSigner,
  createNanoidIds,
  createWsSender,
  type Signer,
  standardGates,
} from '../../dist/index.js'
import { createSignaturePool, type SignaturePool } from '../../dist/signing.js'
import { loadWasmKeccak256 } from '../../dist/wasm.js'
import { ExchangeClient, peerVersion, WebSocketTransport } from '../clients/peers.js'
import { type Block, interleave, type Measured, p99Ratio, ratio } from './measure.js'
import { duration, type Line, ownVersion, type Part } from './report.js'
import { keyOf } from './sim-venue.js'

const SDK = '@nktkas/hyperliquid'
const MARKET = 'xyz:NVDA'
const ASSET = 110_002
const PRICE = '140'
const CALLS = 10

export const part: Part = {
  title: 'e2e: from the call until the order is known to rest, exchange in another process',
  peers: [peerVersion(SDK), ...['hash-wasm', 'ws'].map(ownVersion)],
  run,
}

/** Places one order and takes it back. Returns how long the placing took, in microseconds. */
type Trip = () => Promise<number>

async function run(): Promise<readonly Line[]> {
  // The SDK looks for a global one, which Node 20 has not; so both clients use the same.
  Object.assign(globalThis, { WebSocket })
  const server = fork(fileURLToPath(new URL('./round-trip-server.ts', import.meta.url)))
  const [{ wsUrl }] = (await once(server, 'message')) as [{ wsUrl: string }]
  const prepare = createSignaturePool({ size: 2 * CALLS, refill: 'manual' })
  const keccak256 = await loadWasmKeccak256()
  const portable = await openExecutor(wsUrl, createLocalSigner(keyOf(0)))
  const prepared = await openExecutor(wsUrl, createLocalSigner(keyOf(1), { backend: { keccak256 }, prepare }))
  const sdk = await openSdk(wsUrl, 2)
  const measured = await interleave(
    { portable: block(portable.trip), prepared: filled(prepare, block(prepared.trip)), sdk: block(sdk.trip) },
    { rounds: 60, warmUp: 20 },
  )
  await Promise.all([portable.close(), prepared.close(), sdk.close()])
  prepare.close()
  server.disconnect()
  return [
    ...lines('order there and back, portable signer', measured.portable, measured.sdk),
    ...lines('order there and back, prepared, WebAssembly keccak', measured.prepared, measured.sdk),
  ]
}

function block(trip: Trip): Block {
  return async () => {
    const took: number[] = []
    for (let i = 0; i < CALLS; i++) took.push(await trip())
    return took
  }
}

/** As idle time would have done it; every trip takes two, the cancel's own among them. */
function filled(pool: SignaturePool, run: Block): Block {
  return (round) => {
    pool.fill()
    return run(round)
  }
}

type Client = { readonly trip: Trip; close(): Promise<unknown> }

async function openExecutor(url: string, signer: Signer): Promise<Client> {
  const executor = createExecutor({
    account: signer.address,
    signer,
    transport: createWsSender({ network: 'testnet', url }),
    markets: [MARKET],
    gates: standardGates({
      maxNotionalPerMarket: '1000000',
      maxNotionalTotal: '1000000',
      maxConcurrentPositions: 5,
    }),
    budget: createActionBudget({ maxActions: 1_000_000 }),
    venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000 },
    queue: { newOrderSpacingMs: 0 },
    // A busy machine stands still now and then, and the figures are to show it.
    maxLoopLagMs: 60_000,
  })
  await executor.start()
  return {
    async trip() {
      const start = performance.now()
      const order = executor.submit({ market: MARKET, side: 'buy', size: '1', price: PRICE, timeInForce: 'gtc' })
      if (order.status === 'denied') throw new Error(`denied: ${order.reason} (${order.limit}, ${order.value})`)
      const { status } = await order.acknowledged
      const us = (performance.now() - start) * 1_000
      if (status !== 'working') throw new Error(`the order is ${status}`)
      await executor.cancel(order.clientOrderId)
      await order.outcome
      return us
    },
    close: () => executor.close({ timeoutMs: 1_000 }),
  }
}

async function openSdk(url: string, account: number): Promise<Client> {
  const transport = new WebSocketTransport({ isTestnet: true, url })
  const client = new ExchangeClient({ transport, wallet: privateKeyToAccount(keyOf(account)) })
  await transport.ready()
  const newId = createNanoidIds()
  return {
    async trip() {
      const cloid = newId()
      const start = performance.now()
      await client.order({
        orders: [{ a: ASSET, b: true, p: PRICE, s: '1', r: false, t: { limit: { tif: 'Gtc' } }, c: cloid }],
        grouping: 'na',
      })
      const us = (performance.now() - start) * 1_000
      await client.cancelByCloid({ cancels: [{ asset: ASSET, cloid }] })
      return us
    },
    close: async () => transport.close(),
  }
}

function lines(name: string, ours: Measured, sdk: Measured): Line[] {
  const figures = { median: duration(ours.median), p99: duration(ours.p99), bar: 1 }
  return [
    {
      name,
      ...figures,
      against: `${SDK}: ${duration(sdk.median)}`,
      ratio: ratio(ours, sdk),
      means: 'gates, ledgers and evidence cost more than our signing saves',
    },
    {
      name: 'the same, 99th percentile',
      ...figures,
      against: `${SDK}: ${duration(sdk.p99)}`,
      ratio: p99Ratio(ours, sdk),
      means: 'now and then something makes an order wait that has nothing to do with it',
    },
  ]
}
