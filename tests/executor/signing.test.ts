/** However the orders are signed, a venue that checks every signature takes them. */
import { createLocalSigner, type SigningBackend } from 'hip3-executor'
import { loadNativeSecp256k1 } from 'hip3-executor/native'
import { createSignaturePool } from 'hip3-executor/signing'
import { createManualClock, createSimExchange } from 'hip3-executor/testing'
import { loadWasmKeccak256 } from 'hip3-executor/wasm'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, AGENT, accepted, buy, createHarness, type Harness } from '../helpers/harness.js'

/** The second key of every local development chain. */
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const secp256k1 = await loadNativeSecp256k1()
const keccak256 = await loadWasmKeccak256()

/** Three requests: two orders of one turn share theirs, as do the cancels. */
async function trade({ executor }: Pick<Harness, 'executor'>): Promise<void> {
  const resting = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
  await resting.acknowledged
  const orders = executor.submitMany([buy(), buy({ price: '169', timeInForce: 'gtc' })]).map(accepted)
  expect((await orders[0]?.outcome)?.status).toBe('filled')
  expect(await executor.cancelAll()).toEqual([{ status: 'canceled' }, { status: 'canceled' }])
}

describe('an executor on an exchange that checks every signature', () => {
  it.each<[string, SigningBackend]>([
    ['the portable backend', {}],
    ['native code and WebAssembly', { secp256k1, keccak256 }],
  ])('trades with %s, prepared or not, also while the pool runs dry or is dropped', async (_, backend) => {
    const clock = createManualClock()
    const exchange = createSimExchange({ clock, verifySignatures: true })
    exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
    let ids = 'parent'
    const prepare = createSignaturePool({ size: 2, refill: 'manual', verifyEvery: 2, clock, processIds: () => ids })
    const signer = createLocalSigner(AGENT_KEY, { backend, prepare })
    const harness = createHarness({ signer }, { clock, exchange })
    await harness.executor.start()

    await trade(harness)
    expect(prepare.stats).toMatchObject({ signed: 0, fallbacks: 3 })
    prepare.fill()
    await trade(harness)
    expect(prepare.stats).toMatchObject({ ready: 0, signed: 2, fallbacks: 4, verified: 2 })
    prepare.fill()
    ids = 'child'
    await trade(harness)
    expect(prepare.stats).toMatchObject({ ready: 0, signed: 2, fallbacks: 7, dropped: 2 })
    await harness.executor.close()
    const refused = exchange.record.requests.filter(({ answer }) =>
      JSON.stringify(answer ?? '').includes('does not exist'),
    )
    expect(refused).toEqual([])
  })
})
