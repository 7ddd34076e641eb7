/**
 * A key that never leaves its own machine: a signing service, and a bot that asks it.
 *
 *   npx tsx examples/remote-signer.ts
 *
 * The service may be slow or down. An order that it does not sign within `signTimeoutMs` is denied: nothing has left, and
 * nothing of it ever will. The service here is a server in this process; a KMS, an enclave or an HSM has the same shape.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  createExecutor,
  createLocalSigner,
  createWsSender,
  type Intent,
  type Signature,
  type Signer,
  standardGates,
} from 'hip3-executor'
import { createSimExchange } from 'hip3-executor/testing'

// Publicly known test keys; never send anything of value to them.
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const INTENT: Intent = { market: 'xyz:NVDA', side: 'buy', size: '0.5', price: '178', timeInForce: 'ioc' }

/** The service: it has the key, and it is the place to refuse what a trading key must not sign. */
const vault = createLocalSigner(AGENT_KEY)
let mood: 'well' | 'silent' | 'failing' = 'well'
const service = createServer(async (request, response) => {
  const { digest, network, connectionId } = JSON.parse(await text(request))
  if (mood === 'silent') return
  response.statusCode = mood === 'failing' ? 503 : 200
  response.end(mood === 'failing' ? '' : JSON.stringify(await vault.sign(digest, { network, connectionId })))
})
service.listen(0, '127.0.0.1')
await once(service, 'listening')
const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`

/** The bot's side: two members. The deadline is the executor's; the request is given up a little later, to free its socket. */
const remoteSigner: Signer = {
  address: vault.address,
  async sign(digest, agent): Promise<Signature> {
    const body = JSON.stringify({ digest, ...agent })
    const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(1_000) })
    if (!response.ok) throw new Error(`the signing service answered ${response.status}`)
    return (await response.json()) as Signature
  },
}

const exchange = createSimExchange()
const { wsUrl } = await exchange.start()
exchange.account(ACCOUNT).deposit('10000').approveAgent(remoteSigner.address)
const executor = createExecutor({
  account: ACCOUNT,
  signer: remoteSigner,
  signTimeoutMs: 500,
  transport: createWsSender({ network: 'testnet', url: wsUrl }),
  markets: [INTENT.market],
  gates: standardGates({
    maxNotionalPerMarket: '500',
    maxNotionalTotal: '500',
    maxConcurrentPositions: 1,
    singleEntry: false,
  }),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
})
await executor.start({ signal: AbortSignal.timeout(30_000) })

async function tryToBuy(): Promise<string> {
  const order = executor.submit(INTENT)
  const { status, reason } = order.status === 'denied' ? order : { reason: undefined, ...(await order.outcome) }
  return reason === undefined ? status : `${status}: ${reason}`
}

for (const each of ['well', 'silent', 'failing', 'well'] as const) {
  mood = each
  console.log(`the service is ${each.padEnd(8)} the order is ${await tryToBuy()}`)
}
const held = exchange.record.position(ACCOUNT, INTENT.market)?.size
assert.equal(held, '1', 'two orders were signed, and two were filled')
assert.equal(exchange.record.orders.length, 2, 'of the others the exchange has never heard')
console.log(`the exchange has seen ${exchange.record.orders.length} orders; the position is ${held}`)

await executor.close()
await exchange.stop()
service.closeAllConnections()
service.close()
