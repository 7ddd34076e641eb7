import { standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, NVDA, outcomeNow, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

describe('start', () => {
  it('becomes ready on an account without orders (F-30), and says what was missing before', async () => {
    const { executor } = createHarness()
    expect(executor.readiness()).toMatchObject({ ready: false })
    expect(executor.readiness().missing.map(({ condition }) => condition)).toContain('account')
    await executor.start()
    expect(executor.readiness()).toMatchObject({ ready: true, missing: [] })
  })

  it('asks for the account it trades for, not for the agent that signs (F-22)', async () => {
    const { exchange } = await createStarted()
    const asked = exchange.record.requests.map(({ payload }) => payload as { type: string; user?: string })
    const ofUsers = asked.filter(({ type, user }) => user !== undefined && type !== 'userRole')
    expect(new Set(ofUsers.map(({ user }) => user))).toEqual(new Set([ACCOUNT]))
  })

  it('finds the positions and orders that are there already (F-40, F-41, F-57)', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy())).outcome
    await accepted(before.executor.submit(resting())).acknowledged
    before.clock.advance(10)
    const { executor } = createHarness({}, before)
    await executor.start()
    expect(executor.positions().map(({ market, size }) => [market, size.toFixed()])).toEqual([[NVDA, '1']])
    expect(executor.openOrders()).toMatchObject([{ market: NVDA, isExternal: true, status: 'working' }])
    expect(await executor.cancelAll()).toEqual([{ status: 'canceled' }])
  })

  it('takes over a partly filled order with what is left of it, and counts only what fills from then on', async () => {
    const before = await createStarted()
    const left = accepted(before.executor.submit(resting({ size: '2' })))
    await left.acknowledged
    before.exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await before.settle()
    await before.executor.close()
    before.clock.advance(10)

    const { executor, settle } = createHarness({}, before)
    await executor.start()
    const view = () => executor.order(left.clientOrderId)
    expect([view()?.filledSize.toFixed(), view()?.remainingSize.toFixed()]).toEqual(['0.5', '1.5'])
    expect(executor.positions().map(({ size }) => size.toFixed())).toEqual(['0.5'])
    before.exchange.market(NVDA).take('sell', '170', '1.5')
    await settle()
    expect(view()).toMatchObject({ status: 'filled' })
    expect(executor.positions().map(({ size }) => size.toFixed())).toEqual(['2'])
    expect(executor.openOrders()).toEqual([])
  })

  it('counts a position in a market that it does not trade, at that market’s own mark', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy({ market: TSLA, price: '401', size: '1' }))).outcome
    await before.executor.close()
    before.clock.advance(10)
    const gates = standardGates({ maxNotionalPerMarket: '1000', maxNotionalTotal: '500', maxConcurrentPositions: 5 })
    const { executor } = createHarness({ markets: [NVDA], gates }, before)
    await executor.start()
    expect(executor.submit(buy())).toMatchObject({ reason: 'MAX_POSITION_TOTAL', limit: '500' })
    expect(executor.submit(buy({ size: '0.5' })).status).toBe('accepted')
  })

  it('names every market that cannot be traded, and why', async () => {
    const { executor } = createHarness({ markets: [NVDA, 'xyz:NOPE', 'xyz:GME', 'nodex:NVDA', 'NVDA'] })
    const error = await executor.start().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'UNKNOWN_MARKET' })
    expect(String(error)).toContain('xyz:NOPE: not listed on dex "xyz"')
    expect(String(error)).toContain('xyz:GME: delisted')
    expect(String(error)).toContain('nodex:NVDA: there is no dex "nodex"')
    expect(String(error)).toContain('NVDA: not listed on dex ""')
    await executor.close()
  })

  it('gives up when its signal fires, and says what is missing', async () => {
    const harness = createHarness()
    harness.toExchange = (text) => !text.includes('clearinghouseState')
    const patience = new AbortController()
    const starting = harness.executor.start({ signal: patience.signal })
    await harness.settle()
    patience.abort()
    await expect(starting).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('account') })
    await harness.executor.close()
  })

  it('does not become ready while the account cannot be read in full', async () => {
    const harness = createHarness()
    harness.toExecutor = (text) => !text.includes('assetPositions')
    void harness.executor.start()
    await harness.pass(11_000)
    expect(harness.executor.readiness().missing).toMatchObject([{ condition: 'account' }])
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'RECONCILING' })
    harness.toExecutor = () => true
    await harness.pass(12_000)
    expect(harness.executor.readiness().ready).toBe(true)
  })
})

describe('a lost connection', () => {
  it('makes what was written unknown at once, denies what was queued, and looks the rest up afterwards', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    harness.toExecutor = (text) => !text.includes('"post"') && !text.includes('orderUpdates')
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    const queued = accepted(executor.submit(resting({ price: '169' })))
    harness.sockets[0]?.terminate()
    await harness.settle()
    expect(order.current().status).toBe('unknown')
    expect(executor.readiness().missing.map(({ condition }) => condition)).toContain('connection')
    harness.toExecutor = () => true
    await harness.pass(2_000)
    expect(executor.readiness().ready).toBe(true)
    expect(order.current().status).toBe('working')
    expect(order.current().orderId).toBe(exchange.record.orders[0]?.oid)
    expect(['working', 'denied', 'unknown']).toContain(queued.current().status)
    expect(exchange.record.orders.filter(({ cloid }) => cloid === order.clientOrderId)).toHaveLength(1)
  })

  it('denies new orders until the account has been read again', async () => {
    const harness = await createStarted()
    harness.sockets[0]?.terminate()
    await harness.settle()
    const denied = harness.executor.submit(buy())
    expect(denied).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    expect(denied.status === 'denied' && denied.value).toContain('connection: connecting')
    await harness.pass(2_000)
    expect((await accepted(harness.executor.submit(buy())).outcome).status).toBe('filled')
  })

  it('lets a reduce-only order and a cancel wait for the next connection', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const quote = accepted(executor.submit(resting()))
    await quote.acknowledged
    harness.sockets[0]?.terminate()
    await harness.settle()
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true })))
    const cancel = executor.cancel(quote.clientOrderId)
    await harness.pass(2_000)
    expect((await exit.outcome).status).toBe('filled')
    expect(await cancel).toEqual({ status: 'canceled' })
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
  })

  it('settles a new order that waited in the queue, and one whose write the dying socket refused', async () => {
    const harness = await createStarted({ queue: { newOrderSpacingMs: 1_000 } })
    const { executor } = harness
    accepted(executor.submit(resting()))
    await harness.settle()
    const queued = accepted(executor.submit(resting({ price: '169' })))
    harness.sockets[0]?.terminate()
    await harness.settle()
    expect(await queued.outcome).toMatchObject({ reason: 'NOT_SENT', message: 'the connection was lost' })

    await harness.pass(2_000)
    const refused = accepted(executor.submit(resting({ price: '168' })))
    harness.sockets[1]?.terminate()
    await harness.settle()
    expect(await refused.outcome).toMatchObject({
      reason: 'NOT_SENT',
      message: 'the connection was lost before the order could be written',
    })
    await harness.pass(5_000)
    expect(harness.actions().filter(({ type }) => type === 'order')).toHaveLength(1)
  })

  it('keeps what was signed before it from being written after it; a reduce-only order is signed again', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({ signer, signTimeoutMs: 60_000 })
    const { executor, exchange } = harness
    const entry = accepted(executor.submit(buy()))
    await harness.settle()
    signer.release()
    await entry.outcome

    const fresh = accepted(executor.submit(buy({ market: TSLA, price: '401' })))
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true })))
    await harness.settle()
    harness.sockets[0]?.terminate()
    await harness.pass(2_000)
    expect(executor.readiness().ready).toBe(true)
    const before = harness.written.length
    signer.release()
    await harness.settle()
    expect(harness.written.slice(before).filter((text) => text.includes('"order"'))).toEqual([])
    expect(await fresh.outcome).toMatchObject({ status: 'denied', reason: 'NOT_SENT' })
    signer.release()
    expect((await exit.outcome).status).toBe('filled')
    expect(exchange.record.position(ACCOUNT, TSLA)).toBeUndefined()
  })

  it('makes every price heard on it worthless', async () => {
    const harness = await createStarted()
    harness.sockets[0]?.terminate()
    await harness.settle()
    harness.toExecutor = (text) => !text.includes('"channel":"activeAssetCtx"')
    await harness.pass(2_000)
    expect(harness.executor.readiness().ready).toBe(true)
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'MARKET_DATA_UNAVAILABLE' })
  })

  it('learns on the next one what filled and what was cancelled meanwhile', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const filled = accepted(executor.submit(resting()))
    const gone = accepted(executor.submit(resting({ market: TSLA, price: '390' })))
    await Promise.all([filled.acknowledged, gone.acknowledged])
    harness.sockets[0]?.terminate()
    await harness.settle()
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    exchange.market(TSLA).halt()
    await harness.pass(3_000)
    expect((await filled.outcome).status).toBe('filled')
    expect((await gone.outcome).status).toBe('canceled')
    expect(executor.positions().map(({ size }) => size.toFixed())).toEqual(['1'])
  })
})

describe('an order without an answer', () => {
  it('is unknown after its time, and its late answer still counts (W-07)', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const late: string[] = []
    harness.toExecutor = (text) => {
      if (!text.includes('"post"') && !text.includes('orderUpdates') && !text.includes('userFills')) return true
      late.push(text)
      return false
    }
    const order = accepted(executor.submit(buy()))
    await harness.pass(5_100)
    expect(order.current().status).toBe('unknown')
    expect(executor.budget().inFlight).toBe(0)
    harness.toExecutor = () => true
    for (const text of late) harness.inject(text)
    await harness.settle()
    expect((await order.outcome).status).toBe('filled')
    expect(executor.budget().inFlight).toBe(0)
  })

  it('that never arrived is proven dead by a noop that takes its nonce', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    harness.toExchange = (text) => !text.includes('"type":"order"')
    const orders = executor.submitMany([buy(), buy({ market: TSLA, price: '401' })]).map(accepted)
    await harness.pass(4_990)
    expect(orders.map((order) => order.current().status)).toEqual(['inFlight', 'inFlight'])
    await harness.pass(1_000)
    const outcomes = await Promise.all(orders.map(({ outcome }) => outcome))
    expect(outcomes.map(({ status }) => status)).toEqual(['expired', 'expired'])
    expect(harness.actions().map(({ type }) => type)).toEqual(['noop'])
    expect(executor.openOrders()).toEqual([])

    // Should the order arrive after all, the chain refuses it: its nonce is gone.
    harness.toExchange = () => true
    harness.sockets[0]?.send(harness.written.find((text) => text.includes('"type":"order"')) ?? '')
    await harness.settle()
    expect(exchange.record.fills).toEqual([])
  })

  it('that was processed refuses the noop, and is looked up until it is found', async () => {
    const harness = await createStarted()
    const { executor, actions } = harness
    let lookups = 0
    harness.toExecutor = (text) => {
      if (text.includes('"channel":"orderUpdates"') || text.includes('"channel":"userFills"')) return false
      if (text.includes('"statuses"')) return false
      // The first two lookups are blind, as lookups of young orders can be.
      return !(text.includes('"orderStatus"') && ++lookups <= 2)
    }
    const order = accepted(executor.submit(buy()))
    await harness.pass(40_000)
    expect(actions().map(({ type }) => type)).toEqual(['order', 'noop'])
    const outcome = await order.outcome
    expect(outcome.status).toBe('filled')
    expect(outcome.filledSize.toFixed()).toBe('1')
  })

  it('is proven dead only after its expiry, by two lookups that agree, when no noop gets through', async () => {
    const harness = await createStarted()
    const { executor, exchange, clock } = harness
    harness.toExchange = (text) => !text.includes('"type":"order"') && !text.includes('"noop"')
    const order = accepted(executor.submit(buy()))
    const expiresAt = clock.now() + 15_000
    await harness.pass(17_000)
    expect(order.current().status).toBe('unknown')
    expect(await outcomeNow(order)).toBe('open')
    await harness.pass(40_000)
    const outcome = await order.outcome
    expect(outcome.status).toBe('expired')
    const lookups = exchange.record.requests.filter(
      ({ at, payload }) => (payload as { type?: string }).type === 'orderStatus' && at > expiresAt + 3_000,
    )
    expect(lookups.length).toBeGreaterThanOrEqual(2)
    expect(executor.openOrders()).toEqual([])
  })

  it('keeps counting against the limits while it is unknown', async () => {
    const gates = standardGates({
      maxNotionalPerMarket: '300',
      maxNotionalTotal: '600',
      maxConcurrentPositions: 5,
      singleEntry: false,
    })
    const harness = await createStarted({ gates })
    harness.toExchange = (text) => !text.includes('"action"')
    const order = accepted(harness.executor.submit(buy()))
    await harness.pass(8_000)
    expect(order.current().status).toBe('unknown')
    const next = accepted(harness.executor.submit(buy({ size: '5' })))
    expect(next.current().size.toFixed()).toBe('0.694')
  })

  it('whose answer says that its nonce was used is looked up: another copy of it may have been executed', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'duplicate', of: 'request:action:order', nth: 1 })
    // The answer to the copy comes first, the answer to the order itself never, and the feed is silent.
    exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 1 })
    exchange.fault({ fault: 'lose', of: 'feed:orderUpdates', nth: 1 })
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    expect(order.current().status).toBe('unknown')
    await harness.pass(1_000)
    expect(order.current()).toMatchObject({ status: 'working', orderId: exchange.record.orders[0]?.oid })
  })

  it('is never sent a second time', async () => {
    const harness = await createStarted()
    harness.toExecutor = (text) =>
      !text.includes('"post"') && !text.includes('orderUpdates') && !text.includes('userFills')
    harness.executor.submit(buy())
    await harness.pass(10_000)
    harness.sockets[0]?.terminate()
    await harness.pass(10_000)
    expect(harness.actions().filter(({ type }) => type === 'order')).toHaveLength(1)
  })
})

describe('a feed of fills that falls silent while the socket lives', () => {
  it('is found out by what orders tell, and the venue is asked for the fills', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: 'feed:userFills' })
    const order = accepted(executor.submit(resting({ size: '2' })))
    await order.acknowledged
    exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await harness.pass(1_500)
    expect(executor.positions().map(({ size }) => size.toFixed())).toEqual(['0.5'])
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    const outcome = await order.outcome
    expect([outcome.status, outcome.filledSize.toFixed(), outcome.averagePrice?.toFixed()]).toEqual([
      'canceled',
      '0.5',
      '170',
    ])
  })
})

describe('close', () => {
  it('settles everything it handed out, leaves no timer and no socket, and may be called again', async () => {
    const harness = await createStarted()
    const { executor, clock } = harness
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    const queued = accepted(executor.submit(resting({ price: '169' })))
    const closing = executor.close()
    expect(executor.close()).toBe(closing)
    await closing
    expect(await order.outcome).toMatchObject({ status: 'unknown', message: 'closed while working' })
    expect(await queued.outcome).toMatchObject({ status: 'denied', reason: 'CLOSED' })
    expect(executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'CLOSED' })
    expect(await executor.cancel(order.clientOrderId)).toMatchObject({ status: 'notSent' })
    await expect(executor.start()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(harness.sockets.every(({ readyState }) => readyState === 3)).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('cancels what rests when asked to', async () => {
    const { executor, exchange } = await createStarted()
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    await executor.close({ orders: 'cancel' })
    expect((await order.outcome).status).toBe('canceled')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('does not wait longer than it may for a venue that does not answer', async () => {
    const harness = await createStarted()
    harness.toExecutor = () => false
    const order = accepted(harness.executor.submit(buy()))
    await harness.settle()
    const closing = harness.executor.close({ timeoutMs: 1_000 })
    await harness.pass(2_100)
    await closing
    expect((await order.outcome).status).toBe('unknown')
  })
})
