import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createStarted, NVDA, outcomeNow, TSLA } from '../helpers/harness.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

describe('cancel', () => {
  it('takes a resting order off the book, by our id or the venue’s', async () => {
    const { executor, exchange } = await createStarted()
    const first = accepted(executor.submit(resting()))
    const second = accepted(executor.submit(resting({ market: TSLA, price: '390' })))
    const { orderId = 0 } = await second.acknowledged
    expect(await executor.cancel(first.clientOrderId)).toEqual({ status: 'canceled' })
    expect(await executor.cancel(orderId)).toEqual({ status: 'canceled' })
    expect((await first.outcome).status).toBe('canceled')
    expect((await second.outcome).status).toBe('canceled')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('of a queued order keeps it from leaving and settles it', async () => {
    const { executor, actions, settle } = await createStarted()
    const order = accepted(executor.submit(resting()))
    const cancel = executor.cancel(order.clientOrderId)
    expect(await cancel).toEqual({ status: 'canceled' })
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'CANCELED_BEFORE_SENT' })
    await settle()
    expect(actions()).toEqual([])
  })

  it('of an unanswered order is written within the same turn of the event loop', async () => {
    const harness = await createStarted()
    const { executor } = harness
    harness.toExecutor = (text) => !text.includes('"post"') && !text.includes('orderUpdates')
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    expect(order.current().status).toBe('inFlight')
    const before = harness.written.length
    let hasTurned = false
    setImmediate(() => {
      hasTurned = true
    })
    void executor.cancel(order.clientOrderId)
    await harness.settle()
    expect(harness.written.slice(before).join()).toContain('cancelByCloid')
    expect(hasTurned).toBe(false)
  })

  it('that overtakes its order is repeated once the order turns out to be alive', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    let held: string | undefined
    harness.toExchange = (text) => {
      if (!text.includes('"type":"order"')) return true
      held = text
      return false
    }
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'gone' })

    // The order arrives after its cancel.
    harness.toExchange = () => true
    harness.sockets[0]?.send(held ?? '')
    await harness.settle()
    expect((await order.outcome).status).toBe('canceled')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('of something filled, unknown or malformed says so', async () => {
    const { executor } = await createStarted()
    const order = accepted(executor.submit(buy()))
    await order.outcome
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'gone' })
    expect(await executor.cancel(424_242)).toEqual({ status: 'gone' })
    expect(() => executor.cancel('0x12')).toThrow(RangeError)
    expect(() => executor.cancel(-1)).toThrow(/^id: expected an order id/)
    expect(() => executor.cancel({} as never)).toThrow(TypeError)
  })

  it('of an order that fills first leaves the fill standing', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    harness.toExecutor = (text) => text.includes('"post"')
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'gone' })
    await harness.pass(2_000)
    expect((await order.outcome).status).toBe('filled')
    expect((await order.outcome).filledSize.toFixed()).toBe('1')
  })
})

describe('cancelAll', () => {
  it('cancels every order, or those of one market', async () => {
    const { executor, exchange, settle } = await createStarted()
    const orders = executor
      .submitMany([resting(), resting({ market: TSLA, price: '390' }), resting({ price: '169' })])
      .map(accepted)
    await Promise.all(orders.map(({ acknowledged }) => acknowledged))
    expect(await executor.cancelAll({ market: TSLA })).toEqual([{ status: 'canceled' }])
    expect(await executor.cancelAll()).toEqual([{ status: 'canceled' }, { status: 'canceled' }])
    await settle()
    expect(executor.openOrders()).toEqual([])
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})

describe('the way out', () => {
  it('stays open when the lane of new orders is full and every slot for them is taken', async () => {
    const harness = await createStarted({
      queue: { capacity: { new: 2 }, maxInFlight: { new: 1 }, newOrderSpacingMs: 0 },
    })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const quote = accepted(executor.submit(resting()))
    await quote.acknowledged
    await harness.settle()
    harness.toExecutor = (text) => !text.includes('"post"')
    executor.submit(resting({ price: '169' }))
    await harness.settle()
    const stuck = [executor.submit(resting({ price: '168' })), executor.submit(resting({ price: '167' }))]
    expect(stuck.map(({ status }) => status)).toEqual(['accepted', 'accepted'])
    expect(executor.submit(resting({ price: '166' }))).toMatchObject({
      status: 'denied',
      reason: 'QUEUE_FULL',
      limit: '2',
    })

    void executor.cancel(quote.clientOrderId)
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true })))
    await harness.settle()
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    expect(exchange.record.orders.find(({ cloid }) => cloid === quote.clientOrderId)?.status).toBe('canceled')
    expect(await outcomeNow(exit)).not.toBe('open')
  })

  it('merges two immediate exits of the same turn into one, with the newer price and the larger size', async () => {
    const { executor, actions } = await createStarted()
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    const exit = (size: string, price: string) => executor.submit(buy({ side: 'sell', size, price, reduceOnly: true }))
    const first = accepted(exit('1', '176'))
    const second = exit('2', '175')
    expect(second).toMatchObject({
      status: 'denied',
      reason: 'DEDUPLICATED',
      benign: true,
      survivor: first.clientOrderId,
    })
    const outcome = await first.outcome
    expect(outcome.filledSize.toFixed()).toBe('2')
    expect(actions().at(-1)).toMatchObject({ orders: [{ p: '175', s: '2', r: true }] })
  })
})
