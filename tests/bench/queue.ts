/**
 * How many orders a second can leave: through queue, signature and socket, in the largest batches of weight one.
 *
 * Both clients send the same batches to the same sink, in another process, which answers at once. Ours has its orders in the
 * queue when the clock starts, as the SDK has its list; a second line counts `submit` and everything an answer leads to. It
 * signs with the native curve, because what is prepared in idle time does not last when there is none.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { privateKeyToAccount } from 'viem/accounts'
import { WebSocket } from 'ws'
import {
  type Accepted,
  createActionBudget,
  createExecutor,
  createLocalSigner,
  createWsSender,
  type Executor,
  type Intent,
  standardGates,
} from '../../dist/index.js'
import { loadNativeSecp256k1 } from '../../dist/native.js'
import { loadWasmKeccak256 } from '../../dist/wasm.js'
import { ExchangeClient, peerVersion, WebSocketTransport } from '../clients/peers.js'
import { type Block, interleave, type Measured, ratio } from './measure.js'
import { batchOf } from './orders.js'
import { duration, type Line, ownVersion, type Part } from './report.js'
import { keyOf } from './sim-venue.js'
import { timedSocket } from './timed-socket.js'

const SDK = '@nktkas/hyperliquid'
const BATCH = 39
const BATCHES = 20
/** The SDK waits for each answer, so a round of as many would take long. */
const SDK_BATCHES = 5
const INTENT: Intent = { market: 'xyz:NVDA', side: 'buy', size: '0.25', price: '182.51', timeInForce: 'ioc' }

export const part: Part = {
  title: `queue: sustained, in batches of ${BATCH}, to a sink in another process that answers at once`,
  peers: [peerVersion(SDK), ...['secp256k1', 'hash-wasm', 'ws'].map(ownVersion)],
  run,
}

async function run(): Promise<readonly Line[]> {
  // The SDK looks for a global one, which Node 20 has not; so both clients use the same.
  Object.assign(globalThis, { WebSocket })
  const sink = fork(fileURLToPath(new URL('./sink-server.ts', import.meta.url)), [String(BATCH)])
  const [{ url }] = (await once(sink, 'message')) as [{ url: string }]
  const ours = await openExecutor(url)
  const sdk = await openSdk(url)
  const measured = await interleave(
    { leaving: ours.leaving, whole: ours.whole, sdk: sdk.block },
    { rounds: 60, warmUp: 30 },
  )
  await ours.close()
  sdk.close()
  sink.disconnect()
  return [
    line('one order, from the queue to the socket', measured.leaving, measured.sdk, 1 / 5),
    line('one order, from submit() to its outcome', measured.whole, measured.sdk, 1),
  ]
}

function line(name: string, ours: Measured, sdk: Measured, bar: number): Line {
  const rate = Math.round(1e6 / ours.median).toLocaleString('en')
  return {
    name: `${name} (${rate} orders/s)`,
    median: duration(ours.median),
    p99: duration(ours.p99),
    against: `${SDK}: ${duration(sdk.median)}`,
    ratio: ratio(ours, sdk),
    bar,
    isSpeedup: true,
    means: 'many orders at once leave one after the other, the last of them late',
  }
}

type Ours = { readonly leaving: Block; readonly whole: Block; close(): Promise<unknown> }

async function openExecutor(url: string): Promise<Ours> {
  const backend = { secp256k1: await loadNativeSecp256k1(), keccak256: await loadWasmKeccak256() }
  const signer = createLocalSigner(keyOf(0), { backend })
  let frames = 0
  let lastAt = 0
  const executor = createExecutor({
    account: signer.address,
    signer,
    transport: createWsSender({
      network: 'testnet',
      url,
      webSocket: (address) =>
        timedSocket(address, (at) => {
          frames += 1
          lastAt = at
        }),
    }),
    markets: [INTENT.market],
    gates: standardGates({
      maxNotionalPerMarket: '1000000000',
      maxNotionalTotal: '1000000000',
      maxConcurrentPositions: 1,
      singleEntry: false,
    }),
    budget: createActionBudget({ maxActions: 1_000_000 }),
    venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000 },
    queue: { newOrderSpacingMs: 0 },
    // A busy machine stands still now and then, and the figures are to show it.
    maxLoopLagMs: 60_000,
  })
  await executor.start()

  async function round(): Promise<Record<'submitAt' | 'queuedAt' | 'writtenAt' | 'settledAt', number>> {
    const submitAt = performance.now()
    const orders = Array.from({ length: BATCH * BATCHES }, () => submitted(executor))
    const queuedAt = performance.now()
    const before = frames
    await Promise.resolve()
    if (frames - before !== BATCHES) throw new Error(`${frames - before} frames left at once`)
    const writtenAt = lastAt
    await Promise.all(orders.map(({ outcome }) => outcome))
    return { submitAt, queuedAt, writtenAt, settledAt: performance.now() }
  }

  const usPerOrder = (ms: number): number => (ms * 1_000) / (BATCH * BATCHES)
  return {
    leaving: async () => {
      const { queuedAt, writtenAt } = await round()
      return [usPerOrder(writtenAt - queuedAt)]
    },
    whole: async () => {
      const { submitAt, settledAt } = await round()
      return [usPerOrder(settledAt - submitAt)]
    },
    close: () => executor.close({ timeoutMs: 1_000 }),
  }
}

function submitted(executor: Executor): Accepted {
  const order = executor.submit(INTENT)
  if (order.status === 'denied') throw new Error(`denied: ${order.reason} (${order.limit}, ${order.value})`)
  return order
}

async function openSdk(url: string): Promise<{ readonly block: Block; close(): void }> {
  const transport = new WebSocketTransport({ isTestnet: true, url })
  const client = new ExchangeClient({ transport, wallet: privateKeyToAccount(keyOf(1)) })
  await transport.ready()
  return {
    async block() {
      const batches = Array.from({ length: SDK_BATCHES }, () => batchOf(BATCH))
      const start = performance.now()
      for (const batch of batches) {
        // It throws what the venue says of the orders.
        await client.order(batch as never).catch(() => {})
      }
      return [((performance.now() - start) * 1_000) / (BATCH * SDK_BATCHES)]
    },
    close: () => void transport.close(),
  }
}
