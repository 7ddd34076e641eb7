/**
 * What once went wrong when everything had to stop. The numbers are those of the list of bugs (F) and weaknesses (W) of the
 * system this one descends from.
 */
import { describe, expect, it } from 'vitest'
import { holdFrames, POST } from '../helpers/frames.js'
import { ACCOUNT, accepted, buy, createStarted, LEAVE_ALL, NVDA, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const exit = (overrides = {}) => buy({ side: 'sell', price: '176', reduceOnly: true, ...overrides })

describe('the kill switch', () => {
  it('F-09: triggered while a signature is pending lets no new order out, and the reduce-only order of the same moment goes', async () => {
    const signer = createHeldSigner()
    const { executor, actions, settle, exchange } = await createStarted({ signer, ...LEAVE_ALL })
    const entry = accepted(executor.submit(buy()))
    await settle()
    signer.release()
    await entry.outcome

    const fresh = accepted(executor.submit(buy({ market: TSLA, price: '401' })))
    const out = accepted(executor.submit(exit()))
    await settle()
    expect(signer.waiting).toBe(2)
    executor.hardStop.trigger({ cause: 'risk', reason: 'drawdown' })
    signer.release()

    expect(await fresh.outcome).toMatchObject({ status: 'denied', reason: 'HARD_STOP', message: 'drawdown' })
    expect((await out.outcome).status).toBe('filled')
    const sent = actions().flatMap(({ orders }) => (orders as { r: boolean }[]).map(({ r }) => r))
    expect(sent).toEqual([false, true])
    expect(exchange.record.position(ACCOUNT, TSLA)).toBeUndefined()
    expect(executor.budget().inFlight).toBe(0)
  })

  it('F-10: triggered in the turn of a submission settles what is queued, and nothing of it is sent after a reset', async () => {
    const { executor, actions, pass } = await createStarted(LEAVE_ALL)
    const order = accepted(executor.submit(buy()))
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    // At once, so that the queue would be sent by the next look at it.
    executor.hardStop.reset('tester')
    await pass(500)
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'HARD_STOP' })
    expect(actions()).toEqual([])
    expect(executor.openOrders()).toEqual([])
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('filled')
  })

  it('W-14: lets nothing out that waited across a lost connection, neither before a reset nor after it', async () => {
    const harness = await createStarted({ ...LEAVE_ALL, queue: { newOrderSpacingMs: 5_000 }, maxQueueMs: 60_000 })
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    const waiting = accepted(executor.submit(quote({ timeInForce: 'alo' })))
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    await harness.pass(3_000)
    executor.hardStop.reset('tester')
    await harness.pass(10_000)
    expect(await waiting.outcome).toMatchObject({ status: 'denied', reason: 'NOT_SENT' })
    expect(harness.actions()).toHaveLength(1)
  })
})

describe('the way out of the market', () => {
  it('W-15: is open while every slot for new orders waits for an answer', async () => {
    const harness = await createStarted({ queue: { maxInFlight: { new: 2 }, newOrderSpacingMs: 0 } })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const resting = accepted(executor.submit(quote()))
    await resting.acknowledged
    await harness.settle()
    holdFrames(harness, POST)
    for (const price of ['169', '168', '167']) {
      executor.submit(quote({ price }))
      await harness.settle()
    }
    expect(executor.budget()).toMatchObject({ inFlight: 2, queued: { new: 1 } })
    executor.submit(exit())
    void executor.cancel(resting.clientOrderId)
    await harness.settle()
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    expect(exchange.record.orders.find(({ cloid }) => cloid === resting.clientOrderId)?.status).toBe('canceled')
  })

  it('W-16: needs no more than an open socket: a cancel and an exit leave before the account has been read again', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const resting = accepted(executor.submit(quote()))
    await resting.acknowledged
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    // On the new connection no question about the account is answered.
    holdFrames(harness, '"type":"frontendOpenOrders"', '"type":"clearinghouseState"', '"type":"userFills')
    await harness.pass(2_000)
    expect(executor.readiness().ready).toBe(false)
    expect(executor.submit(buy()).status).toBe('denied')
    expect(await executor.cancel(resting.clientOrderId)).toEqual({ status: 'canceled' })
    await accepted(executor.submit(exit())).acknowledged
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
  })
})
