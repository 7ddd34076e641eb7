import { standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  accepted,
  buy,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
  outcomeNow,
} from '../helpers/harness.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'alo', ...overrides })

async function resting(options?: HarnessOptions): Promise<Harness & { readonly order: ReturnType<typeof accepted> }> {
  const harness = await createStarted(options)
  const order = accepted(harness.executor.submit(quote()))
  await order.acknowledged
  return { ...harness, order }
}

const book = ({ exchange }: Harness): readonly string[] =>
  exchange
    .account(ACCOUNT)
    .openOrders()
    .map(({ price, remaining }) => `${remaining} at ${price}`)

describe('modify', () => {
  it('replaces a resting order in one action, and tells of both', async () => {
    const { executor, order, actions, ...rest } = await resting()
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '171', size: '2' }))
    expect((await order.outcome).status).toBe('canceled')
    expect(await replacement.acknowledged).toMatchObject({ status: 'working', timeInForce: 'alo' })
    expect(replacement.clientOrderId).not.toBe(order.clientOrderId)
    expect(book({ executor, actions, ...rest } as Harness)).toEqual(['2 at 171'])
    expect(actions().map(({ type }) => type)).toEqual(['order', 'batchModify'])
    expect(executor.openOrders().map(({ clientOrderId }) => clientOrderId)).toEqual([replacement.clientOrderId])
  })

  it('keeps what the change leaves out, and rests only what is left after a partial fill', async () => {
    const harness = await resting()
    const { executor, exchange, order } = harness
    exchange.market(NVDA).setBook({ bids: [], asks: [] }).take('sell', '170', '0.4')
    await harness.settle()
    expect(order.current().filledSize.toFixed()).toBe('0.4')
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '169' }))
    expect((await order.outcome).filledSize.toFixed()).toBe('0.4')
    await replacement.acknowledged
    expect(book(harness)).toEqual(['0.6 at 169'])
  })

  it('takes over tags and edge unless the change brings its own', async () => {
    const harness = await createStarted()
    const order = accepted(harness.executor.submit(quote({ tags: { strategy: 'mm' }, edgeBps: 3 })))
    await order.acknowledged
    const second = accepted(harness.executor.modify(order.clientOrderId, { price: '171', edgeBps: 4 }))
    expect(second.current()).toMatchObject({ tags: { strategy: 'mm' }, edgeBps: 4 })
  })

  it('several in one turn share one request, apart from plain orders', async () => {
    const { executor, actions, settle } = await createStarted()
    const orders = ['168', '169', '170'].map((price) => accepted(executor.submit(quote({ price }))))
    await settle()
    for (const { clientOrderId } of orders) executor.modify(clientOrderId, { size: '2' })
    executor.submit(quote({ price: '167' }))
    await settle()
    const sent = actions().map(
      (action) => [action.type, (action['modifies'] ?? action['orders']) as unknown[]] as const,
    )
    expect(sent.map(([type, entries]) => `${type} ${entries.length}`)).toEqual(['order 3', 'batchModify 3', 'order 1'])
  })

  it('that finds the old order filled places nothing', async () => {
    const harness = await resting()
    const { executor, exchange, order } = harness
    harness.toExecutor = (text) => !text.includes('orderUpdates') && !text.includes('userFills')
    exchange.market(NVDA).setBook({ bids: [], asks: [] }).take('sell', '170', '1')
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '171' }))
    expect(await replacement.outcome).toMatchObject({ status: 'rejected', reason: 'MODIFY_FAILED' })
    harness.toExecutor = () => true
    await harness.pass(2_000)
    expect(await outcomeNow(order)).toMatchObject({ status: 'filled' })
    expect(book(harness)).toEqual([])
  })

  it('that would cross loses the old order as the venue does, and says so', async () => {
    const harness = await resting()
    const replacement = accepted(harness.executor.modify(harness.order.clientOrderId, { price: '178' }))
    expect(await replacement.outcome).toMatchObject({ status: 'rejected', reason: 'MODIFY_FAILED' })
    await harness.pass(1_000)
    expect((await outcomeNow(harness.order)) as object).toMatchObject({ status: 'canceled' })
    expect(harness.executor.openOrders()).toEqual([])
  })

  it('whose answer is lost is resolved for both legs', async () => {
    const harness = await resting()
    const { executor, exchange, order } = harness
    exchange.fault({ fault: 'lose', of: 'reply:action:batchModify', nth: 1 })
    exchange.fault({ fault: 'lose', of: 'feed:orderUpdates', times: 2 })
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '171' }))
    await harness.pass(30_000)
    expect(await outcomeNow(order)).toMatchObject({ status: 'canceled' })
    expect(replacement.current().status).toBe('working')
  })

  it('that never arrives leaves the old order as it was', async () => {
    const harness = await resting()
    const { executor, exchange, order } = harness
    exchange.fault({ fault: 'lose', of: 'request:action:batchModify', nth: 1 })
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '171' }))
    await harness.pass(30_000)
    expect(await outcomeNow(replacement)).toMatchObject({ status: 'expired' })
    expect(order.current().status).toBe('working')
    expect(book(harness)).toEqual(['1 at 170'])
  })

  it('of an order that is still queued changes it before it leaves', async () => {
    const { executor, actions, settle } = await createStarted()
    const order = accepted(executor.submit(quote()))
    const second = accepted(executor.modify(order.clientOrderId, { price: '171' }))
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'CANCELED_BEFORE_SENT' })
    await settle()
    expect(second.current().status).toBe('working')
    expect(actions().map(({ type }) => type)).toEqual(['order'])
  })

  it('of an order that is over, unknown to us or being replaced is denied, and harms nothing', async () => {
    const { executor, order } = await resting()
    const replacement = accepted(executor.modify(order.clientOrderId, { price: '171' }))
    expect(executor.modify(order.clientOrderId, { price: '172' })).toMatchObject({
      status: 'denied',
      reason: 'NOT_MODIFIABLE',
      value: `being replaced by ${replacement.clientOrderId}`,
    })
    await replacement.acknowledged
    expect(executor.modify(order.clientOrderId, { price: '172' })).toMatchObject({ value: 'canceled' })
    expect(executor.modify(12_345, { price: '172' })).toMatchObject({ value: 'not known' })
    expect(() => executor.modify(order.clientOrderId, {})).toThrow(TypeError)
    expect(() => executor.modify(-1, { price: '1' })).toThrow(RangeError)
  })

  it('with an intent id is the same modify however often it is asked for', async () => {
    const { executor, order, actions, settle } = await resting()
    const first = accepted(executor.modify(order.clientOrderId, { price: '171', intentId: 'requote 1' }))
    await settle()
    const second = accepted(executor.modify(order.clientOrderId, { price: '171', intentId: 'requote 1' }))
    expect(second).toBe(first)
    await settle()
    expect(actions().map(({ type }) => type)).toEqual(['order', 'batchModify'])
  })

  it('counts both orders in the limits until each has been told of', async () => {
    const { executor, order } = await resting({
      gates: standardGates({ maxNotionalPerMarket: '300', maxNotionalTotal: '1000', maxConcurrentPositions: 5 }),
    })
    const denied = executor.modify(order.clientOrderId, { price: '171', size: '2' })
    // The old order holds 1 at the mark of about 176; of the 124 left, 0.702 fits.
    expect(accepted(denied).current().size.toFixed()).toBe('0.702')
  })

  it('is stopped by the kill switch, unless it is reduce-only', async () => {
    const { executor, order } = await resting()
    executor.hardStop.trigger({ cause: 'manual', reason: 'test' })
    expect(executor.modify(order.clientOrderId, { price: '171' })).toMatchObject({ reason: 'HARD_STOP' })
    expect(order.current().status).toBe('working')
  })
})
