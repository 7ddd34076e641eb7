import { createFallbackTransport, createHttpSender } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, type Harness, type HarnessOptions, NVDA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'
import { createSimFetch, type SimFetch } from '../helpers/sim-fetch.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const exit = (overrides = {}) => buy({ side: 'sell', price: '176', reduceOnly: true, ...overrides })

/** An executor with a second way, and a socket that can be kept down. */
function createWithHttp(options: HarnessOptions = {}): Harness & { readonly http: SimFetch; down(): Promise<void> } {
  let http: SimFetch | undefined
  const harness = createHarness({
    ...options,
    beside(socket, { clock, exchange }) {
      http = createSimFetch(exchange)
      return createFallbackTransport(socket, createHttpSender({ network: 'testnet', fetch: http, clock }))
    },
  })
  if (http === undefined) throw new Error('no transport was made')
  return Object.assign(harness, {
    http,
    async down() {
      harness.exchange.fault({ fault: 'cut', of: ['reply:connect', 'request'] })
      harness.sockets.at(-1)?.terminate()
      await harness.settle()
    },
  })
}

const typesOf = (http: SimFetch): readonly string[] => http.actions.map(({ action }) => action.type)

describe('while the socket is down', () => {
  it('a cancel and a reduce-only order take HTTP at once, and their answers count', async () => {
    const harness = createWithHttp()
    const { executor, exchange, http } = harness
    await executor.start()
    await accepted(executor.submit(buy())).outcome
    const quote = accepted(executor.submit(resting()))
    await quote.acknowledged
    expect(http.actions).toEqual([])
    await harness.down()
    const out = accepted(executor.submit(exit()))
    const cancel = executor.cancel(quote.clientOrderId)
    await harness.settle()
    expect([...typesOf(http)].sort()).toEqual(['cancelByCloid', 'order'])
    expect(await cancel).toEqual({ status: 'canceled' })
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    // No feed tells of the fills, so they are asked for, over HTTP as well.
    await harness.pass(5_000)
    expect((await out.outcome).status).toBe('filled')
    expect(executor.positions()).toEqual([])
    expect(executor.readiness().ready).toBe(false)
  })

  it('what had been queued for the socket when it went takes HTTP as well', async () => {
    const harness = createWithHttp()
    const { executor, http } = harness
    await executor.start()
    await accepted(executor.submit(buy())).outcome
    const out = accepted(executor.submit(exit()))
    void harness.down()
    await harness.pass(5_000)
    expect((await out.outcome).status).toBe('filled')
    expect(typesOf(http)).toEqual(['order'])
  })

  it('no new order leaves, on either way, and a replacement is one', async () => {
    const signer = createHeldSigner()
    const harness = createWithHttp({ signer, signTimeoutMs: 60_000, queue: { newOrderSpacingMs: 1_000 } })
    const { executor, exchange, http } = harness
    await executor.start()
    const quote = accepted(executor.submit(resting()))
    await harness.settle()
    signer.release()
    await quote.acknowledged
    const signing = accepted(executor.submit(resting({ price: '169' })))
    const replacement = executor.modify(quote.clientOrderId, { price: '171' })
    await harness.pass(1_000)
    await harness.down()
    expect(executor.submit(resting({ price: '168' }))).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    signer.release()
    await harness.pass(3_000)
    signer.release()
    await harness.settle()
    expect(http.actions).toEqual([])
    expect(exchange.record.orders).toHaveLength(1)
    expect(await signing.outcome).toMatchObject({ status: 'denied', reason: 'NOT_SENT' })
    expect(replacement.status === 'accepted' && (await replacement.outcome)).toMatchObject({ reason: 'NOT_SENT' })
  })

  it.each(['loseRequest', 'loseAnswer', 'hang'] as const)(
    'an exit whose HTTP request fails (%s) is unknown, and is resolved by asking; it is never sent again',
    async (fate) => {
      const harness = createWithHttp()
      const { executor, exchange, http } = harness
      await executor.start()
      await accepted(executor.submit(buy())).outcome
      await harness.down()
      http.fate = fate
      const out = accepted(executor.submit(exit()))
      await harness.pass(100)
      expect(out.current().status).toBe(fate === 'hang' ? 'inFlight' : 'unknown')
      await harness.pass(5_000)
      expect(out.current().status).toBe('unknown')
      http.fate = 'answer'
      await harness.pass(40_000)
      const outcome = await out.outcome
      expect(outcome.status).toBe(fate === 'loseRequest' ? 'expired' : 'filled')
      expect(typesOf(http).filter((type) => type === 'order')).toHaveLength(1)
      expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe(fate === 'loseRequest' ? '1' : '0')
    },
  )
})

describe('on a socket that is up', () => {
  it('nothing takes HTTP, and what was written and lost is not sent a second time', async () => {
    const harness = createWithHttp()
    const { executor, http } = harness
    await executor.start()
    await accepted(executor.submit(buy())).outcome
    harness.toExchange = (text) => !text.includes('"type":"order"')
    const out = accepted(executor.submit(exit()))
    await harness.settle()
    await harness.down()
    await harness.pass(20_000)
    expect((await out.outcome).status).toBe('expired')
    expect(typesOf(http).filter((type) => type === 'order')).toEqual([])
  })
})
