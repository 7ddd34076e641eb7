/** Cancels and noops that are signed ahead, when there is nothing else to do (`presignExits`). */

import fc from 'fast-check'
import {
  createActionBudget,
  createLocalSigner,
  createNonceManager,
  type PostRequest,
  type Transport,
} from 'hip3-executor'
import { createManualClock, createSimExchange, createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { holdFrames, ORDER_UPDATES, POST } from '../helpers/frames.js'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  TSLA,
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const NEXT = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
/** The second key of every local development chain. */
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
/** More than it takes to sign everything for a few orders. */
const IDLE_MS = 20

const quote = (overrides = {}) => buy({ kind: 'quote', price: '170', timeInForce: 'alo', ...overrides })

/** A signer behind a network that can fail: then it takes questions and answers none. */
function createRemoteSigner(address: typeof AGENT | typeof NEXT = AGENT) {
  const { sign } = createUnverifiedSigner(address)
  const remote = {
    address,
    asked: 0,
    isSilent: false,
    sign(...about: Parameters<typeof sign>): Promise<Awaited<ReturnType<typeof sign>>> {
      remote.asked += 1
      return remote.isSilent ? new Promise(() => {}) : Promise.resolve(sign(...about))
    },
  }
  return remote
}

async function started(options: HarnessOptions = {}) {
  const signer = createRemoteSigner()
  const harness = await createStarted({ signer, presignExits: true, ...options })
  return Object.assign(harness, { signer })
}

/** A quote at rest, and time to sign for it. */
async function quoted({ executor, pass }: Pick<Harness, 'executor' | 'pass'>, overrides = {}) {
  const order = accepted(executor.submit(quote(overrides)))
  await order.acknowledged
  await pass(IDLE_MS)
  return order
}

const cancelsOf = ({
  exchange,
}: Harness): readonly { nonce: number; signer: string | undefined; cancels: unknown[] }[] =>
  exchange.record.requests.flatMap(({ kind, payload, signer }) => {
    const { action, nonce } = payload as { action: { type: string; cancels: unknown[] }; nonce: number }
    return kind === 'action' && action.type === 'cancelByCloid' ? [{ nonce, signer, cancels: action.cancels }] : []
  })

const nonceIn = (frame: string): number => JSON.parse(frame).request.payload.nonce

/** So many requests of one order each. */
async function trade({ executor, settle }: Harness, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await accepted(executor.submit(buy({ market: TSLA, price: '380' }))).outcome
    await settle()
  }
}

describe('a cancel that was signed ahead', () => {
  it('takes a quote off the book while the signer does not answer, and is written in the turn of the call', async () => {
    const harness = await started()
    const { executor, exchange, signer } = harness
    const order = await quoted(harness)
    signer.isSilent = true
    const { asked } = signer
    const before = harness.written.length
    const canceling = executor.cancel(order.clientOrderId)
    await Promise.resolve()
    await Promise.resolve()
    expect(harness.written.slice(before).join()).toContain('cancelByCloid')
    expect(await canceling).toEqual({ status: 'canceled' })
    expect((await order.outcome).status).toBe('canceled')
    expect(signer.asked).toBe(asked)
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('cancels an order that has no answer yet', async () => {
    const harness = await started()
    const { executor, exchange, signer } = harness
    const answers = holdFrames(harness, POST, ORDER_UPDATES)
    const order = accepted(executor.submit(quote()))
    await harness.pass(IDLE_MS)
    expect(order.current().status).toBe('inFlight')
    signer.isSilent = true
    const canceling = executor.cancel(order.clientOrderId)
    await harness.settle()
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    harness.toExecutor = () => true
    await answers.deliver()
    expect(await canceling).toEqual({ status: 'canceled' })
    expect((await order.outcome).status).toBe('canceled')
  })

  it('is taken by an exchange that checks every signature', async () => {
    const clock = createManualClock()
    const exchange = createSimExchange({ clock, verifySignatures: true })
    exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
    const local = createLocalSigner(AGENT_KEY)
    let asked = 0
    const sign: typeof local.sign = (...about) => {
      asked += 1
      return local.sign(...about)
    }
    const harness = createHarness({ signer: { ...local, sign }, presignExits: true }, { clock, exchange })
    await harness.executor.start()
    const order = await quoted(harness)
    const before = asked
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect(asked).toBe(before)
    await harness.executor.close()
  })

  it('of two orders at once is not used: they share one request, signed as it leaves', async () => {
    const harness = await started()
    await quoted(harness)
    await quoted(harness, { price: '169' })
    const { asked } = harness.signer
    expect(await harness.executor.cancelAll()).toEqual([{ status: 'canceled' }, { status: 'canceled' }])
    expect(cancelsOf(harness).map(({ cancels }) => cancels.length)).toEqual([2])
    expect(harness.signer.asked).toBe(asked + 1)
  })

  it('leaves once: a second cancel of the same order has a nonce of its own', async () => {
    const harness = await started()
    const order = await quoted(harness)
    harness.toExchange = (text) => !text.includes('cancelByCloid')
    void harness.executor.cancel(order.clientOrderId)
    await harness.settle()
    harness.toExchange = () => true
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    const nonces = harness.written.flatMap((text) => (text.includes('cancelByCloid') ? [nonceIn(text)] : []))
    expect(nonces).toHaveLength(2)
    expect(new Set(nonces).size).toBe(2)
  })

  it('is made for the replacement of an order too', async () => {
    const harness = await started()
    const { executor, signer } = harness
    const order = await quoted(harness)
    const next = accepted(executor.modify(order.clientOrderId, { price: '169' }))
    await next.acknowledged
    await harness.pass(IDLE_MS)
    signer.isSilent = true
    expect(await executor.cancel(next.clientOrderId)).toEqual({ status: 'canceled' })
  })

  it('ends every quote when the kill switch is thrown and the signer does not answer, one by one', async () => {
    const harness = await started()
    const { executor, exchange, signer } = harness
    await quoted(harness)
    await quoted(harness, { price: '169' })
    signer.isSilent = true
    executor.hardStop.trigger({ cause: 'manual', reason: 'a test' })
    await harness.pass(1_900)
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(2)
    await harness.pass(200)
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})

describe('a nonce that was reserved for a cancel', () => {
  it.each([
    [49, 0],
    [50, 1],
  ])('with %d used above it costs %d signatures', async (above, signatures) => {
    const nonces = createNonceManager()
    const harness = await started({ nonces })
    const order = await quoted(harness)
    for (let i = 0; i < above; i++) nonces.next(harness.clock.now())
    const { asked } = harness.signer
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect(harness.signer.asked - asked).toBe(signatures)
  })

  it('is renewed long before the venue would refuse it, for as long as the order lives', async () => {
    const harness = await started()
    const order = await quoted(harness)
    for (let i = 0; i < 12; i++) {
      await trade(harness, 10)
      await harness.pass(200)
    }
    harness.signer.isSilent = true
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect(harness.signer.asked).toBeLessThan(120 + 2 + 120 / 25)
  })

  it('is worn by those of other cancels as they leave', async () => {
    const harness = await started()
    const { executor, signer } = harness
    await quoted(harness)
    const others = executor.submitMany(Array.from({ length: 30 }, () => quote({ price: '169' }))).map(accepted)
    await harness.pass(1_000)
    expect(signer.asked).toBe(2 + 31)
    for (const { clientOrderId } of others) {
      expect(await executor.cancel(clientOrderId)).toEqual({ status: 'canceled' })
    }
    await harness.pass(IDLE_MS)
    expect(signer.asked).toBe(2 + 31 + 1)
  })

  it('is not used when it is a day old', async () => {
    const harness = await started({ reconcileEveryMs: 0, refreshMarketsEveryMs: 0 })
    const order = await quoted(harness)
    harness.clock.stepWall(86_400_000)
    const { asked } = harness.signer
    await harness.executor.cancel(order.clientOrderId)
    expect(harness.signer.asked).toBe(asked + 1)
  })

  it('and refused, because somebody else with this key has used too many, is followed by a fresh one at once', async () => {
    const harness = await started()
    const { executor, exchange, signer } = harness
    const order = await quoted(harness)
    const other = createHarness({ budget: createActionBudget({ maxActions: 1_000 }) }, harness)
    await other.executor.start()
    await trade(other, 101)
    await harness.pass(1_000)
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    const answers = exchange.record.requests
      .filter(({ payload }) => JSON.stringify(payload).includes('cancelByCloid'))
      .map(({ answer }) => JSON.stringify(answer))
    expect(answers).toEqual([expect.stringContaining('nonce too low'), expect.stringContaining('success')])

    // From here on cancels are signed as they leave.
    const second = await quoted(harness)
    const { asked } = signer
    expect(await executor.cancel(second.clientOrderId)).toEqual({ status: 'canceled' })
    expect(signer.asked).toBe(asked + 1)
  })
})

describe('a write that the transport refuses', () => {
  async function behind(post: (request: PostRequest, to: Transport) => ReturnType<Transport['post']>) {
    const harness = await started({
      beside: (socket) => ({
        ...socket,
        get state() {
          return socket.state
        },
        post: (request) => post(request, socket),
      }),
    })
    return { harness, order: await quoted(harness) }
  }
  const isCancel = ({ payload }: PostRequest): boolean => JSON.stringify(payload).includes('cancelByCloid')

  it('is tried again with the same bytes, since not one of them has left', async () => {
    const tried: unknown[] = []
    const { harness, order } = await behind((request, socket) => {
      if (!isCancel(request)) return socket.post(request)
      tried.push(request.payload['nonce'])
      return tried.length < 3 ? { written: false, why: 'backpressure' } : socket.post(request)
    })
    harness.signer.isSilent = true
    const canceling = harness.executor.cancel(order.clientOrderId)
    await harness.pass(100)
    expect(await canceling).toEqual({ status: 'canceled' })
    expect(tried).toHaveLength(3)
    expect(new Set(tried).size).toBe(1)
  })

  it('is not tried again with them when it threw, and so may have written', async () => {
    const tried: unknown[] = []
    const { harness, order } = await behind((request, socket) => {
      if (!isCancel(request)) return socket.post(request)
      tried.push(request.payload['nonce'])
      if (tried.length === 1) throw new Error('written or not')
      return socket.post(request)
    })
    void harness.executor.cancel(order.clientOrderId)
    await harness.pass(10_000)
    expect((await order.outcome).status).toBe('canceled')
    expect(tried).toHaveLength(2)
    expect(new Set(tried).size).toBe(2)
  })
})

describe('another signer', () => {
  it('signs cancels anew that the one before had signed ahead', async () => {
    const harness = await started()
    const { executor, exchange } = harness
    exchange.account(ACCOUNT).approveAgent(NEXT, { name: 'next' })
    const [first, second] = [await quoted(harness), await quoted(harness, { price: '169' })]
    const next = createRemoteSigner(NEXT)
    await executor.replaceSigner(next)
    expect(await executor.cancel(first.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.pass(IDLE_MS)
    next.isSilent = true
    expect(await executor.cancel(second.clientOrderId)).toEqual({ status: 'canceled' })
    expect(cancelsOf(harness).map(({ signer }) => signer)).toEqual([NEXT, NEXT])
  })
})

describe('a noop that was signed ahead', () => {
  it('proves an order dead while the signer does not answer', async () => {
    const harness = await started()
    harness.exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
    const order = accepted(harness.executor.submit(buy()))
    await harness.pass(IDLE_MS)
    harness.signer.isSilent = true
    await harness.pass(6_000)
    expect((await order.outcome).status).toBe('expired')
    expect(harness.actions().map(({ type }) => type)).toEqual(['noop'])
  })

  it('is made once for all orders of a request, and by the signer of that request', async () => {
    const harness = await started()
    harness.exchange.account(ACCOUNT).approveAgent(NEXT, { name: 'next' })
    harness.exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
    const orders = harness.executor.submitMany([buy(), buy(), buy()]).map(accepted)
    await harness.pass(IDLE_MS)
    expect(harness.signer.asked).toBe(2)
    await harness.executor.replaceSigner(createRemoteSigner(NEXT))
    harness.signer.isSilent = true
    await harness.pass(6_000)
    const outcomes = await Promise.all(orders.map(({ outcome }) => outcome))
    expect(outcomes.map(({ status }) => status)).toEqual(['expired', 'expired', 'expired'])
  })

  it('is not made where nobody would ask with it', async () => {
    const harness = await started({ resolution: { useNoop: false } })
    harness.exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
    accepted(harness.executor.submit(buy()))
    await harness.pass(1_000)
    expect(harness.signer.asked).toBe(1)
  })
})

describe('signing ahead', () => {
  it('happens only when it was asked for', async () => {
    const harness = await started({ presignExits: undefined })
    const order = await quoted(harness)
    expect(harness.signer.asked).toBe(1)
    await harness.executor.cancel(order.clientOrderId)
    expect(harness.signer.asked).toBe(2)
  })

  it('signs nothing for an order that is over at once', async () => {
    const harness = await started()
    for (const { outcome } of harness.executor.submitMany([buy(), buy(), buy()]).map(accepted)) await outcome
    await harness.pass(IDLE_MS)
    expect(harness.signer.asked).toBe(1)
  })

  it('waits for as long as anything waits to leave', async () => {
    const harness = await started({ queue: { newOrderSpacingMs: 500 } })
    const { executor, signer } = harness
    executor.submit(quote())
    await harness.settle()
    executor.submit(quote({ price: '169' }))
    await harness.pass(490)
    expect(signer.asked).toBe(1)
    await harness.pass(500)
    expect(signer.asked).toBe(4)
  })

  it('asks a signer for one signature at a time', async () => {
    const signer = createHeldSigner()
    const harness = await started({ signer })
    harness.executor.submitMany([quote(), quote({ price: '169' }), quote({ price: '168' })])
    await harness.settle()
    expect(signer.waiting).toBe(1)
    for (let i = 0; i < 4; i++) {
      signer.release()
      await harness.pass(IDLE_MS)
      expect(signer.waiting).toBe(i < 3 ? 1 : 0)
    }
  })

  it('that fails is tried again after a while, and stands in the way of nothing', async () => {
    const harness = await started()
    const { executor, signer } = harness
    const order = accepted(executor.submit(quote()))
    await order.acknowledged
    signer.isSilent = true
    await harness.pass(2_500)
    signer.isSilent = false
    expect(signer.asked).toBe(2)
    await harness.pass(1_000)
    expect(signer.asked).toBe(3)
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('filled')
    expect(signer.asked).toBe(4)
    signer.isSilent = true
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
  })

  it('leaves no timer behind', async () => {
    const harness = await started()
    accepted(harness.executor.submit(quote()))
    await harness.settle()
    await harness.executor.close()
    expect(harness.clock.pendingTimers).toBe(0)
  })

  it('never lets a nonce be used twice, whatever is done and goes wrong', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('quote' as const) },
      { weight: 4, arbitrary: fc.constant('cancel' as const) },
      fc.constantFrom('cancelAll' as const, 'modify' as const, 'take' as const, 'lose' as const, 'refuse' as const),
      fc.integer({ min: 1, max: 4_000 }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.infiniteStream(fc.nat(30)),
        async (steps, picks) => {
          let refusals = 0
          const harness = await started({
            beside: (socket) => ({
              ...socket,
              get state() {
                return socket.state
              },
              post(request) {
                if (request.type === 'info' || refusals === 0) return socket.post(request)
                refusals -= 1
                return { written: false, why: 'throttled' }
              },
            }),
          })
          const { executor, exchange } = harness
          for (const todo of steps) {
            const open = executor.openOrders()
            const { clientOrderId } = open[picks.next().value % Math.max(1, open.length)] ?? {}
            if (typeof todo === 'number') await harness.pass(todo)
            else if (todo === 'quote') executor.submit(quote({ price: String(140 + picks.next().value) }))
            else if (todo === 'take') executor.submit(buy())
            else if (todo === 'cancelAll') void executor.cancelAll()
            else if (todo === 'refuse') refusals += 1
            else if (todo === 'lose') exchange.fault({ fault: 'lose', of: ['request:action', 'reply:action'], nth: 1 })
            else if (clientOrderId === undefined) continue
            else if (todo === 'cancel') void executor.cancel(clientOrderId)
            else executor.modify(clientOrderId, { price: String(140 + picks.next().value) })
            if (picks.next().value % 2 === 0) await harness.settle()
          }
          await harness.pass(60_000)
          void executor.cancelAll()
          await harness.pass(60_000)
          expect(executor.openOrders()).toEqual([])
          expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
          const used = harness.written.flatMap((text) =>
            text.includes('"type":"action"') && !text.includes('"type":"noop"') ? [nonceIn(text)] : [],
          )
          expect(new Set(used).size).toBe(used.length)
          await executor.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})
