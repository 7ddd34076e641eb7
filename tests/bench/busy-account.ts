/**
 * An executor with much to look after: a hundred markets, positions in half of them, so many working orders, and every
 * gate there is. Thirty markets are left free, since no gate would let a second order into the others.
 *
 * It trades on a simulated exchange in another process, over a real socket on loopback.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Executor } from '../../dist/index.js'
import { createActionBudget, createExecutor, createWsSender, type Intent, standardGates } from '../../dist/index.js'
import type { Signer } from '../../dist/ports.js'
import { below, FREE_MARKETS, listed, MARKETS, PLENTY, POSITIONS, size } from './busy-markets.js'
import { timedSocket } from './timed-socket.js'

export type BusyAccount = {
  /** An order for each of the free markets, which passes every gate and is cancelled for want of a counterparty. */
  readonly intents: readonly Intent[]
  readonly executor: Executor
  /** Of the exchange. */
  readonly url: string
  /** When the last frame was handed to the network, in ms. */
  readonly writtenAt: () => number
  close(): Promise<void>
}

export type BusyAccountOptions = {
  /** Which of the test keys is the account's. */
  readonly account: number
  /** Signs with that key. */
  readonly signer: Signer
  readonly workingOrders: number
}

export async function openBusyAccount({ account, signer, workingOrders }: BusyAccountOptions): Promise<BusyAccount> {
  const markets = listed()
  const server = fork(fileURLToPath(new URL('./busy-server.ts', import.meta.url)), [
    String(account),
    String(workingOrders),
  ])
  const [{ wsUrl }] = (await once(server, 'message')) as [{ readonly wsUrl: string }]
  let writtenAt = Number.NaN
  const executor = createExecutor({
    account: signer.address,
    signer,
    transport: createWsSender({
      network: 'testnet',
      url: wsUrl,
      webSocket: (url) => timedSocket(url, (at) => (writtenAt = at)),
    }),
    markets: markets.map(({ name }) => name),
    gates: everyGate(),
    budget: createActionBudget({ maxActions: 1_000_000 }),
    venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000, maxOpenOrders: 2_000 },
    queue: { newOrderSpacingMs: 0 },
    // A busy machine stands still now and then, and the figures are to show it.
    maxLoopLagMs: 60_000,
  })
  await executor.start()
  const [open, held] = [executor.openOrders().length, executor.positions().length]
  if (open !== workingOrders || held !== POSITIONS) throw new Error(`${open} open orders and ${held} positions`)
  return {
    executor,
    url: wsUrl,
    writtenAt: () => writtenAt,
    intents: markets.slice(MARKETS - FREE_MARKETS).map((market) => ({
      market: market.name,
      side: 'buy',
      size: size(market),
      price: below(market),
      timeInForce: 'ioc',
      tags: { strategy: 'bench' },
      edgeBps: 3,
    })),
    async close() {
      await executor.close({ timeoutMs: 1_000 })
      server.disconnect()
    },
  }
}

/** All of them on, with limits that are never reached, so that each has to look at what it judges by. */
const everyGate = () =>
  standardGates({
    maxNotionalPerMarket: PLENTY,
    maxNotionalTotal: PLENTY,
    maxConcurrentPositions: MARKETS,
    maxOrderNotional: PLENTY,
    maxAccountShare: '1',
    // The quiet books of the simulation are confirmed every few seconds only.
    market: { maxBboAgeMs: 60_000 },
    maxDrawdown: { maxLoss: PLENTY },
    correlationCooldown: { closes: MARKETS },
    // An order of every other instant is not a burst; otherwise there would be nothing to measure.
    burstSignal: { maxSignals: 1_000, windowMs: 1, cooldownMs: 1 },
    tiltGuard: {},
    reEntryDelay: {},
  })
