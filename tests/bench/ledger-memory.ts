/**
 * A million orders through an executor, in a process of its own whose garbage can be collected on request. Sends the heap
 * after a tenth of them and at the end.
 *
 * Exchange and executor live under one manual clock, which goes so far between two batches that even what is remembered for
 * an hour has been forgotten again by the first reading.
 */
import { type Accepted, createExecutor, createWsSender, type Intent, standardGates } from '../../dist/index.js'
import {
  createManualClock,
  createSimExchange,
  createSimSocket,
  createUnverifiedSigner,
} from '../../dist/testing/index.js'

const ORDERS = 1_000_000
const BATCH = 40
/** Twenty-five orders a second: an hour is over after 90,000 of them. */
const BATCH_MS = 1_600
/** Small enough to be full by the first reading, of requests as well, which are two for each batch. */
const RECORD_LIMIT = 2_000
const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const MARKET = 'xyz:NVDA'
const PLENTY = '10000000000'

const clock = createManualClock()
const exchange = createSimExchange({ clock, verifySignatures: false, limits: 'none', recordLimit: RECORD_LIMIT })
exchange.account(ACCOUNT).deposit(PLENTY).setVolume(PLENTY)
const executor = createExecutor({
  account: ACCOUNT,
  signer: createUnverifiedSigner(ACCOUNT),
  transport: createWsSender({ network: 'testnet', clock, webSocket: () => createSimSocket(exchange) }),
  markets: [MARKET],
  gates: standardGates({
    maxNotionalPerMarket: PLENTY,
    maxNotionalTotal: PLENTY,
    maxConcurrentPositions: 1,
    singleEntry: false,
    maxDrawdown: { maxLoss: PLENTY },
  }),
  // Fees alone lose more than a person would let it lose.
  riskMonitor: { maxLoss: PLENTY, maxConsecutiveLosses: ORDERS },
  queue: { newOrderSpacingMs: 0 },
  clock,
})
await executor.start()

const order = (side: 'buy' | 'sell', price: string, timeInForce: 'ioc' | 'gtc'): Intent => ({
  market: MARKET,
  side,
  size: '0.1',
  price,
  timeInForce,
})
/** Of each four: one in and one out of a position, one that finds no counterparty, one that rests and is cancelled. */
const FOUR: readonly Intent[] = [
  order('buy', '185', 'ioc'),
  order('sell', '165', 'ioc'),
  order('buy', '150', 'ioc'),
  order('buy', '150', 'gtc'),
]
const count: Record<string, number> = {}

async function batch(): Promise<void> {
  const orders = Array.from({ length: BATCH }, (_, index) =>
    submitted(FOUR[index % FOUR.length] ?? order('buy', '150', 'ioc')),
  )
  await clock.pass(BATCH_MS / 2)
  for (const { current } of orders) if (current().status === 'working') void executor.cancel(current().clientOrderId)
  await clock.pass(BATCH_MS / 2)
  for (const { outcome } of orders) {
    const { status } = await outcome
    count[status] = (count[status] ?? 0) + 1
  }
}

function submitted(intent: Intent): Accepted {
  const submission = executor.submit(intent)
  if (submission.status === 'denied') throw new Error(`denied: ${submission.reason} (${submission.value})`)
  return submission
}

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

let early = 0
const start = performance.now()
for (let done = BATCH; done <= ORDERS; done += BATCH) {
  await batch()
  if (done === ORDERS / 10) early = await heap()
  // The liquidity that was used up.
  if (done % 10_000 === 0) exchange.market(MARKET).seedBook()
}
process.send?.({ early, late: await heap(), count, seconds: (performance.now() - start) / 1_000 })
