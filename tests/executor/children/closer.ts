/** A bot that trades over a real socket, closes, and has nothing more to do. Arguments: the URL, and whether to flatten. */
import { createExecutor, createLocalSigner, createWsSender, standardGates } from '../../../src/index.js'
import { ACCOUNT, NVDA, QUIET } from '../../helpers/harness.js'

const [url = '', positions] = process.argv.slice(2)

// A publicly known test key.
const signer = createLocalSigner('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
const executor = createExecutor({
  account: ACCOUNT,
  signer,
  transport: createWsSender({ network: 'testnet', url, logger: QUIET }),
  markets: [NVDA],
  gates: standardGates({ maxNotionalPerMarket: '1000', maxNotionalTotal: '2000', maxConcurrentPositions: 2 }),
  logger: QUIET,
})
await executor.start()
const order = executor.submit({ market: NVDA, side: 'buy', size: '1', price: '177', timeInForce: 'ioc' })
if (order.status === 'accepted') await order.outcome
console.log('holds')
await new Promise((resolve) => process.stdin.once('data', resolve))
process.stdin.pause()
const report = await executor.close({ positions: positions === 'flatten' ? 'flatten' : 'leave', timeoutMs: 500 })
console.log(`closed ${report.positions.length}`)
