import { describe, expect, it } from 'vitest'
import { accepted, buy, createHarness, createStarted, NVDA, outcomeNow, TSLA } from '../helpers/harness.js'

describe('an order from intent to outcome', () => {
  it('fills an immediate order and tells size, price and fees', async () => {
    const { executor, exchange, settle } = await createStarted()
    const order = accepted(executor.submit(buy({ size: '2', tags: { strategy: 'a' }, edgeBps: 12 })))
    expect(order.current().status).toBe('pending')
    const outcome = await order.outcome
    expect(outcome).toMatchObject({ status: 'filled', market: NVDA, tags: { strategy: 'a' }, edgeBps: 12 })
    expect(outcome.filledSize.toFixed()).toBe('2')
    const fills = exchange.record.fills.filter(({ cloid }) => cloid === order.clientOrderId)
    const value = fills.reduce((sum, { price, size }) => sum + Number(price) * Number(size), 0)
    expect(Number(outcome.averagePrice)).toBeCloseTo(value / 2, 9)
    await settle()
    expect(executor.positions().map(({ market, size }) => [market, size.toFixed()])).toEqual([[NVDA, '2']])
    expect(executor.openOrders()).toEqual([])
  })

  it('ends an immediate order that fills in part as canceled, with what it filled', async () => {
    const { executor, exchange } = await createStarted()
    exchange.market(NVDA).setBook({ bids: [['176', '5']], asks: [['176.5', '0.4']] })
    const outcome = await accepted(executor.submit(buy({ size: '1' }))).outcome
    expect(outcome.status).toBe('canceled')
    expect(outcome.filledSize.toFixed()).toBe('0.4')
    expect(outcome.remainingSize.toFixed()).toBe('0.6')
    expect(outcome.averagePrice?.toFixed()).toBe('176.5')
  })

  it('ends an immediate order that finds nothing as rejected, benign, with the words of the venue', async () => {
    const { executor, exchange } = await createStarted()
    exchange.market(NVDA).setBook({ bids: [['176', '5']], asks: [['178', '5']] })
    const outcome = await accepted(executor.submit(buy())).outcome
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'IOC_NO_MATCH', benign: true })
    expect(outcome.status === 'rejected' && outcome.message).toContain('could not immediately match')
  })

  it('acknowledges a resting order, follows its partial fills, and ends it when it is whole', async () => {
    const { executor, exchange, settle } = await createStarted()
    const order = accepted(executor.submit(buy({ price: '170', size: '1', timeInForce: 'gtc' })))
    const rests = await order.acknowledged
    expect(rests.status).toBe('working')
    expect(rests.orderId).toBe(exchange.record.orders.find(({ cloid }) => cloid === order.clientOrderId)?.oid)
    expect(await outcomeNow(order)).toBe('open')

    exchange.market(NVDA).clearBook().take('sell', '170', '0.3')
    await settle()
    expect(order.current().status).toBe('partiallyFilled')
    expect(order.current().filledSize.toFixed()).toBe('0.3')
    expect(await outcomeNow(order)).toBe('open')

    exchange.market(NVDA).take('sell', '170', '0.7')
    const outcome = await order.outcome
    expect(outcome.status).toBe('filled')
    expect(outcome.averagePrice?.toFixed()).toBe('170')
  })

  it('rejects a post-only order that would match, in the words of the venue', async () => {
    const { executor } = await createStarted()
    const outcome = await accepted(executor.submit(buy({ timeInForce: 'alo' }))).outcome
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'POST_ONLY_WOULD_MATCH', benign: false })
  })

  it('settles every order of a batch that the venue refuses with one error', async () => {
    const { executor, exchange } = await createStarted()
    exchange.market(TSLA).setBook({ bids: [], asks: [] })
    // The mark the executor knows is not the one the venue judges by at that moment.
    const orders = executor.submitMany([buy(), buy({ size: '0.5' })]).map(accepted)
    exchange.market(NVDA).setMark('900')
    const outcomes = await Promise.all(orders.map(({ outcome }) => outcome))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(outcomes[1]).toMatchObject({ reason: 'ORACLE_DISTANCE' })
  })

  it('sends orders of one turn in one request, post-only apart from the others', async () => {
    const { executor, actions, pass } = await createStarted()
    executor.submit(buy({ size: '0.1' }))
    executor.submit(buy({ size: '0.2', market: TSLA, price: '401' }))
    executor.submit(buy({ size: '0.3', price: '170', timeInForce: 'alo' }))
    await pass(200)
    const orders = actions().map(({ orders: sent }) => (sent as { s: string }[]).map(({ s }) => s))
    expect(orders).toEqual([['0.1', '0.2'], ['0.3']])
  })

  it('gives every order an expiry in the time of the venue, and a cancel none', async () => {
    const { executor, exchange, clock } = await createStarted()
    const order = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    await order.acknowledged
    await executor.cancel(order.clientOrderId)
    const expiries = exchange.record.requests
      .filter(({ kind }) => kind === 'action')
      .map(({ payload }) => (payload as { expiresAfter?: number }).expiresAfter)
    expect(expiries).toEqual([clock.now() + 15_000, undefined])
  })
})

describe('an intent id', () => {
  it('makes the same intent the same order, however often it is submitted', async () => {
    const { executor, actions } = await createStarted()
    const first = executor.submit(buy({ intentId: 'signal-1' }))
    const second = executor.submit(buy({ intentId: 'signal-1' }))
    expect(second).toBe(first)
    await accepted(first).outcome
    expect(executor.submit(buy({ intentId: 'signal-1' }))).toBe(first)
    expect(actions()).toHaveLength(1)
  })

  it('finds the order again that an earlier process left on the book', async () => {
    const before = await createStarted()
    const left = accepted(before.executor.submit(buy({ price: '170', timeInForce: 'gtc', intentId: 'quote-7' })))
    await left.acknowledged
    await before.executor.close()

    const { executor } = createHarness({}, before)
    await executor.start()
    const again = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc', intentId: 'quote-7' })))
    expect(again.clientOrderId).toBe(left.clientOrderId)
    expect(again.current().status).toBe('working')
    expect(before.actions()).toHaveLength(1)

    before.exchange.market(NVDA).clearBook().take('sell', '170', '1')
    await before.settle()
    expect(await outcomeNow(again)).toMatchObject({ status: 'filled' })
  })
})

describe('an intent that cannot become an order', () => {
  it('throws for a malformed call, naming the argument, before anything is reserved', async () => {
    const { executor } = await createStarted()
    const remaining = executor.budget().remaining
    expect(() => executor.submit(buy({ size: 1 as never }))).toThrow(/^size: expected a decimal string/)
    expect(() => executor.submit(buy({ price: 177.5 as never }))).toThrow(TypeError)
    expect(() => executor.submit(buy({ side: 'long' as never }))).toThrow(/^side: expected "buy" or "sell", got "long"/)
    expect(() => executor.submit(buy({ size: '-1' }))).toThrow(RangeError)
    expect(() => executor.submit(buy({ price: '1e5' }))).toThrow(/^price: expected a plain decimal/)
    expect(() => executor.submit(buy({ timeInForce: 'fok' as never }))).toThrow(/^timeInForce/)
    expect(() => executor.submit(buy({ clientOrderId: '0x12' }))).toThrow(/^clientOrderId/)
    expect(() => executor.submit(undefined as never)).toThrow(TypeError)
    expect(executor.budget().remaining).toBe(remaining)
    expect(executor.openOrders()).toEqual([])
  })

  it('denies with the numbers what the market cannot take', async () => {
    const { executor } = await createStarted()
    expect(executor.submit(buy({ market: 'xyz:NOPE' }))).toMatchObject({
      status: 'denied',
      reason: 'UNKNOWN_MARKET',
      value: 'xyz:NOPE',
    })
    expect(executor.submit(buy({ size: '0.0004' }))).toMatchObject({
      reason: 'SIZE_TOO_SMALL',
      limit: '3 decimals',
      value: '0.0004',
    })
    expect(executor.submit(buy({ size: '0.05' }))).toMatchObject({
      reason: 'BELOW_MINIMUM_VALUE',
      limit: '10',
      value: '8.85',
    })
    expect(executor.submit(buy({ price: '9999' }))).toMatchObject({
      reason: 'PRICE_OUT_OF_BAND',
      gate: 'priceBand',
      value: '9999',
    })
    expect(executor.submit(buy({ price: '0.0000001', size: '1000000000' }))).toMatchObject({ reason: 'PRICE_OFF_GRID' })
  })

  it('denies a new order before the start, and says what is missing', () => {
    const { executor } = createHarness()
    expect(executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
  })

  it('puts price and size on the grid without making them worse than asked', async () => {
    const { executor, actions, settle } = await createStarted()
    executor.submit(buy({ price: '170.0199', size: '1.23456', timeInForce: 'gtc' }))
    executor.submit(buy({ side: 'sell', price: '180.0101', size: '1', timeInForce: 'gtc' }))
    await settle()
    expect(actions()[0]).toMatchObject({
      orders: [
        { p: '170.01', s: '1.234' },
        { p: '180.02', s: '1' },
      ],
    })
  })
})

describe('events', () => {
  it('tell every step of an order, its fills, and denials, and a throwing listener changes nothing', async () => {
    const { executor } = await createStarted()
    const seen: string[] = []
    executor.on('order', () => {
      throw new Error('a bug in somebody’s metrics')
    })
    executor.on('order', ({ status }) => seen.push(status))
    executor.on('fill', ({ size }) => seen.push(`fill ${size.toFixed()}`))
    executor.on('denied', ({ reason }) => seen.push(reason))
    await accepted(executor.submit(buy())).outcome
    executor.submit(buy({ market: 'xyz:NOPE' }))
    expect(seen[0]).toBe('inFlight')
    expect(seen).toContain('fill 1')
    expect(seen).toContain('filled')
    expect(seen.at(-1)).toBe('UNKNOWN_MARKET')
  })

  it('can be read as an async iterator that ends with the executor', async () => {
    const { executor } = await createStarted()
    const fills: string[] = []
    const reading = (async () => {
      for await (const { market } of executor.events('fill')) fills.push(market)
    })()
    await accepted(executor.submit(buy())).outcome
    await executor.close()
    await reading
    expect(fills).toEqual([NVDA])
  })
})
