/**
 * What once went wrong in the books of orders: markets that stayed blocked, orders counted twice or not at all. The numbers
 * are those of the list of bugs (F) and weaknesses (W) of the system this one descends from.
 */
import { type Gate, type Signer, standardGates } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, AGENT, accepted, buy, createStarted, type Harness, NVDA, TSLA } from '../helpers/harness.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const exit = (overrides = {}) => buy({ side: 'sell', price: '176', reduceOnly: true, ...overrides })
const gates = standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '700', maxConcurrentPositions: 1 })
const denial = (submission: { status: string; reason?: string }): string => submission.reason ?? submission.status

/** A gate that lets everything pass and notes how many orders it is told of. */
function createCounter(): { readonly gate: Gate; readonly counts: { orders: number; reduceOnly: number } } {
  const counts = { orders: 0, reduceOnly: 0 }
  const gate: Gate = {
    step: '99',
    id: 'counter',
    rule: 'none',
    check({ market }, { exposure }) {
      counts.orders = exposure.openOrders(market.name)
      counts.reduceOnly = exposure.reduceOnlyOrders(market.name)
      return { answer: 'pass' }
    },
  }
  return { gate, counts }
}

describe('a market', () => {
  it.each<[string, (harness: Harness) => Promise<unknown>]>([
    [
      'a rejected',
      async ({ executor, exchange }) => {
        exchange.market(NVDA).setBook({ bids: [['176', '5']], asks: [['178', '5']] })
        await accepted(executor.submit(buy())).outcome
      },
    ],
    [
      'a cancelled',
      async ({ executor }) => {
        const order = accepted(executor.submit(quote()))
        await order.acknowledged
        await executor.cancel(order.clientOrderId)
        await order.outcome
      },
    ],
    [
      'a filled (and closed)',
      async ({ executor }) => {
        await accepted(executor.submit(buy())).outcome
        await accepted(executor.submit(exit())).outcome
      },
    ],
    [
      'an expired',
      async (harness) => {
        harness.toExchange = (text) => !text.includes('"type":"order"')
        const order = accepted(harness.executor.submit(buy()))
        await harness.pass(10_000)
        expect((await order.outcome).status).toBe('expired')
      },
    ],
  ])('F-07: is free for the next order after %s order', async (_, end) => {
    const harness = await createStarted({ gates })
    await end(harness)
    await harness.settle()
    expect(harness.executor.openOrders()).toEqual([])
    harness.toExchange = () => true
    expect(denial(harness.executor.submit(quote()))).toBe('accepted')
  })

  it('F-08: of several intents of one turn lets one through where one is the limit', async () => {
    const { executor } = await createStarted({ gates })
    const submissions = executor.submitMany([buy(), buy(), buy({ market: TSLA, price: '401' })])
    expect(submissions.map(denial)).toEqual(['accepted', 'PENDING_ORDER_EXISTS', 'MAX_CONCURRENT_POSITIONS'])
  })
})

describe('the number of orders that count', () => {
  it('F-19: falls by one when one of two cannot be sent', async () => {
    const inner = createUnverifiedSigner(AGENT)
    let calls = 0
    const signer: Signer = {
      address: AGENT,
      async sign(digest, agent) {
        calls += 1
        if (calls === 1) throw new Error('no key')
        return inner.sign(digest, agent)
      },
    }
    const { gate, counts } = createCounter()
    const harness = await createStarted({ signer, gates: [gate] })
    const { executor } = harness
    // Two requests, because one is post-only.
    const orders = executor.submitMany([quote(), quote({ price: '169', timeInForce: 'alo' })]).map(accepted)
    await harness.settle()
    expect(orders.map((order) => order.current().status)).toEqual(['denied', 'working'])
    executor.submit(quote({ price: '168' }))
    expect(counts.orders).toBe(1)
  })

  it('F-20: equals the orders there are when the queue is full and some have just been refused', async () => {
    const { gate, counts } = createCounter()
    const harness = await createStarted({ gates: [gate], queue: { capacity: { new: 2 }, newOrderSpacingMs: 0 } })
    const { executor, exchange } = harness
    const submissions = executor.submitMany(['170', '169', '168', '167'].map((price) => quote({ price })))
    expect(submissions.map(denial)).toEqual(['accepted', 'accepted', 'QUEUE_FULL', 'QUEUE_FULL'])
    expect(executor.openOrders()).toHaveLength(2)
    await harness.settle()
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(2)
    executor.submit(quote({ price: '166' }))
    expect(counts.orders).toBe(2)
  })

  it('F-20: comes back to none, whatever ends the orders find', async () => {
    const { gate, counts } = createCounter()
    const harness = await createStarted({ gates: [gate] })
    const { executor } = harness
    const orders = executor
      .submitMany([quote(), buy(), quote({ price: '169', timeInForce: 'alo' }), buy({ timeInForce: 'alo' })])
      .map(accepted)
    await harness.settle()
    executor.submit(quote({ price: '168' }))
    expect(counts.orders).toBe(2)
    await executor.cancelAll()
    await harness.settle()
    expect(orders.map((order) => order.current().status)).toEqual(['canceled', 'filled', 'canceled', 'rejected'])
    executor.submit(quote())
    expect(counts.orders).toBe(0)
  })

  it('W-10: does not count an exit that was merged with one already waiting', async () => {
    const { gate, counts } = createCounter()
    const harness = await createStarted({ gates: [gate] })
    const { executor } = harness
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    const first = accepted(executor.submit(exit()))
    expect(executor.submit(exit({ size: '2', price: '175' }))).toMatchObject({
      status: 'denied',
      reason: 'DEDUPLICATED',
      survivor: first.clientOrderId,
    })
    executor.submit(quote())
    expect(counts.reduceOnly).toBe(1)
    expect((await first.outcome).filledSize.toFixed()).toBe('2')
    executor.submit(quote({ price: '169' }))
    expect(counts.reduceOnly).toBe(0)
  })
})
