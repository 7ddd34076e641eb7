/**
 * A bot that trades and then has nothing more to do, and does not close. Arguments: the URL, and what it waits for.
 */
import { createExecutor, createLocalSigner, createWsSender, standardGates } from '../../../src/index.js'
import { ACCOUNT, NVDA, QUIET } from '../../helpers/harness.js'

const [url = '', waitsFor] = process.argv.slice(2)

const executor = createExecutor({
  account: ACCOUNT,
  // A publicly known test key.
  signer: createLocalSigner('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'),
  transport: createWsSender({ network: 'testnet', url, logger: QUIET }),
  markets: [NVDA],
  gates: standardGates({
    ...{ maxNotionalPerMarket: '1000', maxNotionalTotal: '2000', maxConcurrentPositions: 2, singleEntry: false },
  }),
  logger: QUIET,
})
if (waitsFor !== 'nothing, not even a start') {
  await executor.start()
  const order = executor.submit({ market: NVDA, side: 'buy', size: '1', price: '177', timeInForce: 'ioc' })
  if (order.status === 'accepted') await order.outcome
}
if (waitsFor === 'an order') {
  const order = executor.submit({ market: NVDA, side: 'buy', size: '1', price: '150', timeInForce: 'gtc' })
  if (order.status === 'accepted') {
    await order.acknowledged
    void order.outcome.then(({ status }) => console.log(`the order is ${status}`))
  }
}
if (waitsFor === 'an event') {
  const off = executor.on('connection', ({ status }) => {
    console.log(`the connection is ${status}`)
    off()
  })
}
console.log('forgets')
