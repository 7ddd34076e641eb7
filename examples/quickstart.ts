/**
 * The quickstart: one bot, one HIP-3 market, every stage of an order, on a simulated exchange in this very process.
 *
 *   npm ci && npm run quickstart
 *
 * Nothing here is a mock: the exchange listens on a loopback port, speaks the venue's protocol over a real WebSocket,
 * and verifies the signature, nonce, tick, lot and minimum value of every order. To trade on the real testnet, replace
 * the URL by nothing at all and the keys by your own.
 */
import {
  createExecutor,
  createLocalSigner,
  createWsSender,
  isExecutorError,
  type Outcome,
  standardGates,
} from 'hip3-executor'
import { createSimExchange } from 'hip3-executor/testing'

// Publicly known test keys; never send anything of value to them.
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const MARKET = 'xyz:NVDA'

const failures: string[] = []
const say = (stage: string, text: string): void => console.log(`  ${stage.padEnd(10)} ${text}`)

async function timed<T>(stage: string, work: () => Promise<T>, tell: (result: T) => string): Promise<T> {
  const startedAt = performance.now()
  const result = await work()
  say(stage, `${tell(result)}  (${(performance.now() - startedAt).toFixed(1)} ms)`)
  return result
}

/** The exchange's own record decides whether something really happened. */
function confirm(claim: string, isTrue: boolean): void {
  say(isTrue ? '  record' : '  RECORD', isTrue ? `confirms: ${claim}` : `DOES NOT CONFIRM: ${claim}`)
  if (!isTrue) failures.push(claim)
}

function told(outcome: Outcome): string {
  const filled = `${outcome.filledSize.toFixed()} of ${outcome.size.toFixed()}`
  const price = outcome.averagePrice === undefined ? '' : ` at ${outcome.averagePrice.toFixed(3)}`
  return `${outcome.status}, ${filled}${price}`
}

console.log('\nhip3-executor quickstart: an order from intent to proof\n')

const exchange = createSimExchange()
const { wsUrl } = await exchange.start()
const signer = createLocalSigner(AGENT_KEY)
exchange.account(ACCOUNT).deposit('10000').approveAgent(signer.address, { name: 'quickstart' })
say('exchange', `simulated, listening at ${wsUrl}`)

const executor = createExecutor({
  account: ACCOUNT,
  signer,
  transport: createWsSender({ network: 'testnet', url: wsUrl }),
  markets: [MARKET],
  gates: standardGates({ maxNotionalPerMarket: '200', maxNotionalTotal: '500', maxConcurrentPositions: 2 }),
})
await timed(
  'start',
  () => executor.start({ signal: AbortSignal.timeout(30_000) }),
  () => `connected, ${MARKET} verified, feeds confirmed, account read`,
)
say(
  'gates',
  executor
    .describeGates()
    .map(({ step, id }) => `${step} ${id}`)
    .join(' · '),
)

const market = exchange.market(MARKET)
const ask = market.bestAsk() ?? '0'
const bid = market.bestBid() ?? '0'

console.log(`\n1. Buy 1 ${MARKET} immediately (best ask ${ask})`)
const entry = executor.submit({
  market: MARKET,
  side: 'buy',
  size: '1',
  price: ask,
  timeInForce: 'ioc',
  intentId: 'entry-1',
})
if (entry.status === 'denied') throw new Error(`denied: ${entry.reason} (limit ${entry.limit}, value ${entry.value})`)
const bought = await timed('outcome', () => entry.outcome, told)
confirm(
  `fills of ${bought.filledSize.toFixed()} for order ${bought.orderId}`,
  exchange.record.fills.filter((fill) => fill.cloid === entry.clientOrderId).length > 0 && bought.status === 'filled',
)
confirm(
  `a position of ${exchange.record.position(ACCOUNT, MARKET)?.size}`,
  exchange.record.position(ACCOUNT, MARKET)?.size === '1',
)

console.log('\n2. The same intent again, and a second entry: neither leaves')
const again = executor.submit({
  market: MARKET,
  side: 'buy',
  size: '1',
  price: ask,
  timeInForce: 'ioc',
  intentId: 'entry-1',
})
say('same', again === entry ? 'the same intent is the same order' : 'A SECOND ORDER')
const second = executor.submit({ market: MARKET, side: 'buy', size: '1', price: ask, timeInForce: 'ioc' })
if (second.status === 'denied')
  say('denied', `${second.reason} by gate ${second.gate}${second.benign ? ' (benign)' : ''}`)
const orderRequests = exchange.record.requests.filter(({ kind }) => kind === 'action').length
confirm('one action received so far', orderRequests === 1 && again === entry && second.status === 'denied')

console.log('\n3. Throw the kill switch: no new order leaves, and what is held is closed until the venue says flat')
const stoodDown = new Promise<void>((resolve) => {
  executor.on('standDown', ({ status }) => status === 'done' && resolve())
})
executor.hardStop.trigger({ cause: 'manual', reason: 'the quickstart shows where it ends' })
const halted = executor.submit({ market: MARKET, side: 'buy', size: '1', price: ask, timeInForce: 'ioc' })
if (halted.status === 'denied') say('denied', `${halted.reason}: ${halted.value}`)
try {
  executor.hardStop.reset('quickstart')
} catch (error) {
  say('reset', isExecutorError(error) ? `${error.code}: ${error.message}` : String(error))
}
await timed(
  'stand-down',
  () => stoodDown,
  () => JSON.stringify(executor.standDown.state),
)
confirm('flat', exchange.record.position(ACCOUNT, MARKET)?.size === '0')
executor.hardStop.reset('quickstart')

console.log('\n4. Rest a post-only quote at the best bid, then cancel it')
const quote = executor.submit({ market: MARKET, side: 'buy', size: '0.5', price: bid, timeInForce: 'alo' })
if (quote.status === 'denied') throw new Error(`denied: ${quote.reason} (limit ${quote.limit}, value ${quote.value})`)
const resting = await timed(
  'rests',
  () => quote.acknowledged,
  ({ status, orderId }) => `${status}, order ${orderId} at ${bid}`,
)
await timed(
  'cancel',
  () => executor.cancel(quote.clientOrderId),
  ({ status }) => status,
)
await timed('outcome', () => quote.outcome, told)
confirm(
  'the quote is cancelled',
  exchange.record.orders.find(({ oid }) => oid === resting.orderId)?.status === 'canceled',
)

await executor.close()
await exchange.stop()

const requests = exchange.record.requests.filter(({ kind }) => kind === 'action').length
console.log(
  failures.length === 0
    ? `\nDone: ${requests} signed requests, ${exchange.record.fills.length} fills, flat, nothing resting. Every claim is in the exchange's record.\n`
    : `\nFAILED: ${failures.join('; ')}\n`,
)
process.exitCode = failures.length === 0 ? 0 : 1
