/**
 * A million actions on an exchange with a bounded record, in a process of its own whose garbage can be collected on
 * request. Prints the heap after a tenth of them and at the end. Two accounts, so that also what is remembered for each of them is full by the first reading.
 */
import { privateKeyToAddress } from 'viem/accounts'
import { createUnverifiedSigner } from '../../dist/testing/index.js'
import { keyOf, loadVenue, MARKETS, resting, taking } from './sim-venue.js'

const ACTIONS = 1_000_000
/** Small enough to be full by the first reading. */
const RECORD_LIMIT = 10_000

const ACCOUNTS = 2

const { exchange } = await loadVenue({ verifySignatures: false, ordersEach: 100, recordLimit: RECORD_LIMIT })
const signatures = Array.from({ length: ACCOUNTS }, (_, account) =>
  createUnverifiedSigner(privateKeyToAddress(keyOf(account))).sign('0x', { network: 'testnet', connectionId: '0x' }),
)
const firstNonce = Date.now()
let refused = 0

function act(index: number): void {
  const cycle = Math.floor(index / 3)
  const cloid = `0x${cycle.toString(16).padStart(32, '2')}`
  const [account, n] = [cycle % ACCOUNTS, Math.floor(cycle / ACCOUNTS)]
  const quote = resting(account, n, cloid)
  const action =
    index % 3 === 1
      ? { type: 'cancelByCloid', cancels: [{ asset: quote.a, cloid }] }
      : { type: 'order', orders: [index % 3 === 0 ? quote : taking(account, n)], grouping: 'na' }
  const payload = { action, nonce: firstNonce + index, signature: signatures[account] }
  exchange.handleExchange(payload, (reply) => {
    if ('text' in reply || JSON.stringify(reply.body).includes('error')) refused++
  })
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
for (let index = 1; index <= ACTIONS; index++) {
  act(index - 1)
  if (index === ACTIONS / 10) early = await heap()
  // The liquidity that the taking orders have used up.
  if (index % 50_000 === 0) for (const name of MARKETS) exchange.market(name).seedBook()
}
process.send?.({ early, late: await heap(), refused, seconds: (performance.now() - start) / 1_000 })
