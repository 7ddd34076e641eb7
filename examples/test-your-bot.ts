/**
 * A strategy under test: the simulated exchange in the same process, time in your hand, no waiting.
 *
 *   npx tsx examples/test-your-bot.ts
 */
import assert from 'node:assert/strict'
import { createExecutor, createWsSender, type Executor, standardGates } from 'hip3-executor'
import { createManualClock, createSimExchange, createSimSocket, createUnverifiedSigner } from 'hip3-executor/testing'

const MARKET = 'xyz:NVDA'

/** The strategy: buys once, when the market is cheap. */
function createStrategy(executor: Executor): { onPrice(ask: string): void } {
  let hasBought = false
  return {
    onPrice(ask) {
      if (hasBought || Number(ask) > 175) return
      hasBought =
        executor.submit({ market: MARKET, side: 'buy', size: '1', price: ask, timeInForce: 'ioc' }).status ===
        'accepted'
    },
  }
}

const clock = createManualClock()
// Signatures are not what is tested here, so they are not computed either.
const exchange = createSimExchange({ clock, verifySignatures: false })
const account = exchange.account('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266').deposit('1000')
const agent = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
account.approveAgent(agent)

const executor = createExecutor({
  account: account.address,
  signer: createUnverifiedSigner(agent),
  transport: createWsSender({ network: 'testnet', clock, webSocket: () => createSimSocket(exchange) }),
  markets: [MARKET],
  gates: standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '500', maxConcurrentPositions: 1 }),
  clock,
})
await executor.start()
const strategy = createStrategy(executor)

strategy.onPrice(exchange.market(MARKET).bestAsk() ?? '')
assert.equal(exchange.record.orders.length, 0, 'it does not buy at the price it does not like')

exchange.market(MARKET).setMark('174').seedBook('174')
const filled = executor.events('fill').next()
strategy.onPrice(exchange.market(MARKET).bestAsk() ?? '')
await filled
assert.equal(exchange.record.position(account.address, MARKET)?.size, '1', 'it buys one when the market falls')

// An hour passes in no time.
await clock.pass(3_600_000)
strategy.onPrice('170')
assert.equal(exchange.record.fills.length, 1, 'it buys only once')
await executor.close()
console.log('the strategy does what it should')
