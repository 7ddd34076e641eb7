/**
 * How soon the cancel of a quote at rest is on the socket: signed ahead, or as it leaves.
 *
 * Two bots with a portable signer each, on one simulated exchange over real sockets on loopback. What is timed ends before
 * the exchange hears of it, so it may live in the same process.
 */
import {
  createActionBudget,
  createExecutor,
  createLocalSigner,
  createWsSender,
  standardGates,
} from '../../dist/index.js'
import { createSimExchange, type SimExchange } from '../../dist/testing/index.js'
import { type Block, interleave, type Measured } from './measure.js'
import { keyOf } from './sim-venue.js'
import { timedSocket } from './timed-socket.js'

const MARKET = 'xyz:NVDA'
const PLENTY = '10000000'
const PULLS = 10
/** Long enough for one signature in idle time. */
const PAUSE_MS = 15

export async function measurePulls(): Promise<Record<'ahead' | 'onDemand', Measured>> {
  const exchange = createSimExchange({ limits: 'none' })
  const { wsUrl } = await exchange.start()
  const ahead = await openQuoter(exchange, wsUrl, { number: 10, presignExits: true })
  const onDemand = await openQuoter(exchange, wsUrl, { number: 11, presignExits: false })
  const measured = await interleave({ ahead: ahead.pulls, onDemand: onDemand.pulls }, { rounds: 30, warmUp: 10 })
  await Promise.all([ahead.close(), onDemand.close()])
  await exchange.stop()
  return measured
}

async function openQuoter(
  exchange: SimExchange,
  url: string,
  { number, presignExits }: { readonly number: number; readonly presignExits: boolean },
): Promise<{ readonly pulls: Block; close(): Promise<unknown> }> {
  const local = createLocalSigner(keyOf(number))
  exchange.account(local.address).deposit(PLENTY).setVolume(PLENTY)
  let signatures = 0
  let writtenAt = Number.NaN
  const executor = createExecutor({
    account: local.address,
    signer: {
      ...local,
      sign(...about) {
        signatures += 1
        return local.sign(...about)
      },
    },
    transport: createWsSender({ network: 'testnet', url, webSocket: () => timedSocket(url, (at) => (writtenAt = at)) }),
    markets: [MARKET],
    gates: standardGates({
      maxNotionalPerMarket: PLENTY,
      maxNotionalTotal: PLENTY,
      maxConcurrentPositions: 5,
    }),
    budget: createActionBudget({ maxActions: 1_000_000 }),
    venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000 },
    queue: { newOrderSpacingMs: 0 },
    maxLoopLagMs: 60_000,
    presignExits,
  })
  await executor.start()

  async function pull(): Promise<number> {
    const order = executor.submit({
      ...{ market: MARKET, kind: 'quote', side: 'buy', size: '1', price: '170', timeInForce: 'alo' },
    })
    if (order.status === 'denied') throw new Error(`denied: ${order.reason}`)
    await order.acknowledged
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    const before = signatures
    const start = performance.now()
    const done = executor.cancel(order.clientOrderId)
    await Promise.resolve()
    const us = (writtenAt - start) * 1_000
    const signed = signatures - before
    if (!(us > 0) || signed !== (presignExits ? 0 : 1)) throw new Error(`${signed} signatures, written after ${us} µs`)
    await done
    await order.outcome
    return us
  }

  return {
    async pulls() {
      const took: number[] = []
      for (let i = 0; i < PULLS; i++) took.push(await pull())
      return took
    },
    close: () => executor.close({ timeoutMs: 1_000 }),
  }
}
