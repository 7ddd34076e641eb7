/**
 * The parts without the facade: a budget, a nonce, a signature and a socket, composed by hand.
 *
 *   npx tsx examples/parts-alone.ts
 *
 * For strategies that need their own pipeline. What the facade adds is everything that happens after the write: the
 * ledgers, the outcomes, the reconnects. Here you are on your own with the answer.
 */
import { createActionBudget, createLocalSigner, createNonceManager, createWsSender } from 'hip3-executor'
import { type Encodable, l1ActionHash, l1Digest } from 'hip3-executor/signing'
import { createSimExchange } from 'hip3-executor/testing'

// Publicly known test keys; never send anything of value to them.
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

const signer = createLocalSigner(AGENT_KEY)
const exchange = createSimExchange()
const { wsUrl } = await exchange.start()
exchange.account(ACCOUNT).deposit('1000').approveAgent(signer.address)

const budget = createActionBudget({ maxActions: 2, windowMs: 1_000 })
const nonces = createNonceManager()
const transport = createWsSender({ network: 'testnet', url: wsUrl })
await transport.connect({ signal: AbortSignal.timeout(10_000) })

type Action = { readonly [key: string]: Encodable | undefined }

/** Signs and sends one action, if the budget allows it. */
async function send(action: Action): Promise<string> {
  const slot = budget.reserve(performance.now())
  if (!slot.granted) return `not sent: the budget is used up for ${Math.ceil(slot.waitMs)} ms`
  const nonce = nonces.next(Date.now())
  const connectionId = l1ActionHash(action, { nonce })
  const signature = await signer.sign(l1Digest(connectionId, transport.network), {
    network: transport.network,
    connectionId,
  })
  const result = transport.post({ type: 'action', payload: { action, nonce, signature } })
  if (!result.written) {
    slot.release()
    return `not sent: ${result.why}`
  }
  const reply = await result.reply
  // `lost` is not `failed`: the order may live. The facade would now go and find out.
  return JSON.stringify(reply)
}

const { assetId } = exchange.market('xyz:NVDA')
const order = {
  a: assetId,
  b: true,
  p: exchange.market('xyz:NVDA').bestAsk(),
  s: '0.1',
  r: false,
  t: { limit: { tif: 'Ioc' } },
}
console.log('order  ', await send({ type: 'order', orders: [order], grouping: 'na' }))
console.log('noop   ', await send({ type: 'noop' }))
console.log('noop   ', await send({ type: 'noop' }))
console.log(
  'record ',
  exchange.record.fills.length,
  'fill,',
  exchange.record.position(ACCOUNT, 'xyz:NVDA')?.size,
  'xyz:NVDA',
)

await transport.close()
await exchange.stop()
