import { createMemoryJournal, type Journal } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  NVDA,
  outcomeNow,
  TSLA,
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'
import { changeAnswers, placeElsewhere } from '../helpers/venue.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

const held = ({ exchange }: Harness, market = NVDA) => exchange.record.position(ACCOUNT, market)?.size ?? '0'
const exits = (harness: Harness) =>
  harness
    .actions()
    .flatMap(({ type, orders }) => (type === 'order' ? (orders as readonly Record<string, unknown>[]) : []))
    .filter(({ r }) => r === true)
const prices = (harness: Harness) => exits(harness).map(({ p, s }) => [p, s])

/** What a promise has come to by now. */
const now = <T>(work: Promise<T>): Promise<T | 'open'> =>
  Promise.race([work, Promise.resolve().then(() => 'open' as const)])

function expectNothingLeft({ clock, sockets }: Harness): void {
  expect(clock.pendingTimers).toBe(0)
  expect(sockets.every(({ readyState }) => readyState === 3)).toBe(true)
}

describe('close', () => {
  it('leaves orders and positions where they are, and says what it leaves', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    const report = await executor.close()
    expect(report).toMatchObject({
      openOrders: [{ clientOrderId: order.clientOrderId, status: 'working' }],
      positions: [{ market: NVDA }],
      unknown: [],
      notes: [],
    })
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(1)
    expectNothingLeft(harness)
  })

  it('waits for what is on its way, and for an unknown order to be resolved', async () => {
    const harness = await createStarted()
    const { executor } = harness
    harness.toExecutor = (text) => !text.includes('"statuses"') && !text.includes('"channel":"orderUpdates"')
    const order = accepted(executor.submit(resting()))
    await harness.pass(5_100)
    expect(order.current().status).toBe('unknown')
    const closing = executor.close()
    expect(await now(closing)).toBe('open')
    await harness.pass(1_000)
    expect(await closing).toMatchObject({ openOrders: [{ status: 'working' }], unknown: [] })
    expectNothingLeft(harness)
  })

  it('tells of an order whose proof did not come in time', async () => {
    const harness = await createStarted()
    const { executor } = harness
    harness.toExchange = (text) => !text.includes('"post"')
    const order = accepted(executor.submit(resting()))
    await harness.pass(5_100)
    const closing = executor.close({ orders: 'cancel', timeoutMs: 3_000 })
    await harness.pass(2_900)
    expect(await now(closing)).toBe('open')
    await harness.pass(1_200)
    expect(await closing).toMatchObject({ openOrders: [], unknown: [{ clientOrderId: order.clientOrderId }] })
    expect(await order.outcome).toMatchObject({ status: 'unknown' })
    expectNothingLeft(harness)
  })

  it('cancels every order, more than fit into the lane, those of others among them', async () => {
    const harness = await createStarted({ queue: { capacity: { cancel: 5 }, newOrderSpacingMs: 0 } })
    const { executor, exchange } = harness
    const orders = executor.submitMany(Array.from({ length: 20 }, () => resting({ size: '0.1' }))).map(accepted)
    await Promise.all(orders.map(({ acknowledged }) => acknowledged))
    placeElsewhere(harness)
    await harness.settle()
    const closing = executor.close({ orders: 'cancel' })
    await harness.pass(3_000)
    expect(await closing).toEqual({ openOrders: [], unknown: [], positions: [], notes: [] })
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(await Promise.all(orders.map(outcomeNow))).toSatisfy((outcomes: { status: string }[]) =>
      outcomes.every(({ status }) => status === 'canceled'),
    )
    expectNothingLeft(harness)
  })

  it('cancels on the next connection when it finds the socket dead, if that comes in time', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    harness.sockets[0]?.terminate()
    await harness.settle()
    const closing = executor.close({ orders: 'cancel' })
    await harness.pass(3_000)
    expect(await closing).toMatchObject({ openOrders: [] })
    expect((await order.outcome).status).toBe('canceled')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expectNothingLeft(harness)
  })

  it('is over in time although the connection never comes back', async () => {
    let isDown = false
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    harness.toExchange = () => !isDown
    harness.toExecutor = () => !isDown
    isDown = true
    harness.sockets[0]?.terminate()
    await harness.settle()
    const closing = executor.close({ positions: 'flatten', timeoutMs: 8_000 })
    await harness.pass(11_000)
    const report = await closing
    expect(report).toMatchObject({
      openOrders: [{ clientOrderId: order.clientOrderId }],
      positions: [{ market: NVDA }],
    })
    expect(report.notes.join()).toContain(`${NVDA}: no mark to price an exit from`)
    expect(report.notes.join()).toContain('could not be compared with the venue')
    expectNothingLeft(harness)
  })

  it('during a start ends the start, and leaves nothing, not even the journal', async () => {
    for (let wait = 0; wait < 40; wait += 1) {
      const journal = createMemoryJournal()
      const harness = createHarness({ journal })
      const starting = harness.executor.start()
      const failed = starting.then(
        () => 'started',
        ({ code }) => code,
      )
      for (let turn = 0; turn < wait; turn += 1) await Promise.resolve()
      const closing = harness.executor.close()
      expect(await failed).toBe('CLOSED')
      await harness.settle()
      expect(await now(closing)).toMatchObject({ openOrders: [] })
      expectNothingLeft(harness)
      await journal.open({ network: 'testnet', account: ACCOUNT })
    }
  })

  it('during a start that still reads its journal waits for it to let go', async () => {
    const journal = createMemoryJournal()
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: Journal = { ...journal, open: (owner) => gate.then(() => journal.open(owner)) }
    const harness = createHarness({ journal: slow })
    const failed = harness.executor.start().catch(({ code }) => code)
    await harness.settle()
    const closing = harness.executor.close()
    expect(await failed).toBe('CLOSED')
    await harness.settle()
    open()
    await harness.settle()
    expect(await now(closing)).not.toBe('open')
    await journal.open({ network: 'testnet', account: ACCOUNT })
    expectNothingLeft(harness)
  })

  it('during a start that waits for the venue ends it too', async () => {
    for (const silent of ['exchangeStatus', 'perpDexs', 'subscribe', 'clearinghouseState', 'activeAssetCtx']) {
      const harness = createHarness()
      harness.toExchange = (text) => !text.includes(silent)
      const failed = harness.executor.start().catch(({ code }) => code)
      await harness.pass(1_500)
      const closing = harness.executor.close()
      expect([silent, await failed]).toEqual([silent, 'CLOSED'])
      await closing
      expectNothingLeft(harness)
    }
  })

  it('before any start does nothing, at once', async () => {
    const harness = createHarness()
    expect(await harness.executor.close({ orders: 'cancel', positions: 'flatten' })).toEqual({
      openOrders: [],
      unknown: [],
      positions: [],
      notes: ['not connected'],
    })
    await expect(harness.executor.start()).rejects.toMatchObject({ code: 'CLOSED' })
    expectNothingLeft(harness)
  })

  it('twice is once, whatever is asked the second time', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(resting())).acknowledged
    const first = executor.close()
    expect(executor.close({ orders: 'cancel' })).toBe(first)
    await first
    expect(executor.close()).toBe(first)
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(1)
  })

  it('does not wait for a signer that never answers, and lets nothing of it leave afterwards', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({ signer, signTimeoutMs: 60_000 })
    const order = accepted(harness.executor.submit(buy()))
    await harness.settle()
    const closing = harness.executor.close({ timeoutMs: 1_000 })
    await harness.pass(1_100)
    await closing
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'CLOSED' })
    expectNothingLeft(harness)
    signer.release()
    await harness.settle()
    expect(harness.actions()).toEqual([])
  })

  it('refuses options that make no sense, and closes nothing then', async () => {
    const { executor } = await createStarted()
    expect(() => executor.close({ orders: 'keep' as never })).toThrow(/^orders: expected "leave" or "cancel"/)
    expect(() => executor.close({ positions: true as never })).toThrow(TypeError)
    expect(() => executor.close({ timeoutMs: Number.NaN })).toThrow(/^timeoutMs: /)
    expect(executor.submit(resting()).status).toBe('accepted')
    await executor.close()
  })
})

describe('flatten', () => {
  it('cancels everything, and closes every position of our markets at once (W-40)', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    await accepted(executor.submit(buy({ market: TSLA, side: 'sell', price: '395' }))).outcome
    const quote = accepted(executor.submit(resting()))
    const exit = accepted(executor.submit(resting({ side: 'sell', price: '190', reduceOnly: true })))
    await Promise.all([quote.acknowledged, exit.acknowledged])
    const { mark } = exchange.market(NVDA)
    const report = await executor.close({ positions: 'flatten' })
    expect(report).toEqual({ openOrders: [], unknown: [], positions: [], notes: [] })
    expect([held(harness), held(harness, TSLA)]).toEqual(['0', '0'])
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    const price = prices(harness).find(([, size]) => size === '2')?.[0]
    expect(Number(price)).toBeCloseTo(Number(mark()) * 0.995, 1)
    expectNothingLeft(harness)
  })

  it('pays more each time it finds nobody, up to five percent, and no more', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.market(NVDA).setBook({ bids: [], asks: [['200', '1']] })
    const mark = Number(exchange.market(NVDA).mark())
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(2_000)
    const asked = prices(harness).map(([price]) => 1 - Number(price) / mark)
    expect(asked.slice(0, 6).map((share) => share.toFixed(3))).toEqual([
      ...['0.005', '0.010', '0.020', '0.050', '0.050', '0.050'],
    ])
    exchange.market(NVDA).setBook({ bids: [['170', '1']], asks: [] })
    await harness.pass(1_000)
    expect(await closing).toMatchObject({ positions: [], notes: [] })
    expectNothingLeft(harness)
  })

  it('takes what it can get, and goes on with what is left', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.market(NVDA).setBook({ bids: [['176', '0.3']], asks: [['200', '1']] })
    const closing = executor.close({ positions: 'flatten' })
    await harness.settle()
    exchange.market(NVDA).setBook({ bids: [['175', '9']], asks: [['200', '1']] })
    await harness.pass(1_000)
    expect(await closing).toMatchObject({ positions: [] })
    expect(prices(harness).map(([, size]) => size)).toEqual(['1', '0.7'])
    expect(held(harness)).toBe('0')
  })

  it('waits for an exit that is not answered for, and never sends a second beside it', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.fault({ fault: 'lose', of: ['reply:action:order', 'feed:orderUpdates', 'feed:userFills'] })
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(4_900)
    expect(exits(harness)).toHaveLength(1)
    await harness.pass(5_000)
    expect(await closing).toMatchObject({ positions: [], unknown: [] })
    expect(exits(harness)).toHaveLength(1)
    expect(held(harness)).toBe('0')
  })

  it('does not cancel its own exits while it still cancels the rest', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const quote = accepted(executor.submit(resting({ market: TSLA, price: '390' })))
    await quote.acknowledged
    exchange.fault({ fault: 'tooManyRequests', of: 'request:action:cancelByCloid', times: 12 })
    exchange.fault({ fault: 'lose', of: ['reply:action:order', 'feed:userFills', 'feed:orderUpdates'] })
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(20_000)
    expect(await closing).toMatchObject({ positions: [], openOrders: [], unknown: [] })
    const cancelled = harness.written.filter((text) => text.includes('cancelByCloid'))
    expect(cancelled.length).toBeGreaterThan(12)
    expect(exits(harness)).toHaveLength(1)
    for (const { c } of exits(harness)) expect(cancelled.join()).not.toContain(String(c))
  })

  it('waits for the fills of an exit before it looks at what is left', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.fault({ fault: 'delay', of: 'feed:userFills', ms: 900 })
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(3_000)
    expect(await closing).toMatchObject({ positions: [] })
    expect(exits(harness)).toHaveLength(1)
  })

  it('sends the next exit once the one that was lost is proven dead', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    let isLost = true
    harness.toExchange = (text) => {
      const isFirst = isLost && text.includes('"r":true')
      if (isFirst) isLost = false
      return !isFirst
    }
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(4_900)
    expect(exits(harness)).toEqual([])
    await harness.pass(3_000)
    expect(await closing).toMatchObject({ positions: [], unknown: [] })
    expect(exits(harness)).toHaveLength(1)
    expect(held(harness)).toBe('0')
  })

  it('survives refusals and a lost connection in the middle', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.fault({ fault: 'tooManyRequests', of: 'request:action:order', times: 2 })
    exchange.fault({ fault: 'cut', of: 'request:action:order', nth: 1 })
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(25_000)
    expect(await closing).toMatchObject({ positions: [], unknown: [] })
    expect(held(harness)).toBe('0')
    expectNothingLeft(harness)
  })

  it('says so when there is no mark to price an exit from, and uses the first that comes', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    harness.toExecutor = (text) => !text.includes('"channel":"activeAssetCtx"')
    await harness.pass(9_000)
    const closing = executor.close({ positions: 'flatten', timeoutMs: 10_000 })
    await harness.pass(5_000)
    expect(exits(harness)).toEqual([])
    harness.toExecutor = () => true
    await harness.pass(4_000)
    expect(await closing).toMatchObject({ positions: [] })

    const without = await createStarted()
    await accepted(without.executor.submit(buy())).outcome
    without.toExecutor = (text) => !text.includes('"channel":"activeAssetCtx"')
    await without.pass(9_000)
    const giving = without.executor.close({ positions: 'flatten', timeoutMs: 5_000 })
    await without.pass(8_000)
    expect(await giving).toMatchObject({
      positions: [{ market: NVDA }],
      notes: [`${NVDA}: no mark to price an exit from`],
    })
    expectNothingLeft(without)
  })

  it('closes what the venue holds, not what a silent feed left us believing', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'] })
    placeElsewhere(harness, { price: '177', tif: 'Ioc', size: '0.7' })
    await harness.settle()
    expect(executor.positions()).toEqual([])
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(5_000)
    expect(await closing).toMatchObject({ positions: [] })
    expect(held(harness)).toBe('0')
  })

  it('does not believe an empty answer', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    changeAnswers<{ readonly assetPositions: readonly unknown[] }>(harness, 'clearinghouseState', (state, count) =>
      count === 1 ? { ...state, assetPositions: [] } : undefined,
    )
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(5_000)
    expect(await closing).toMatchObject({ positions: [] })
    expect(held(harness)).toBe('0')
  })

  it('leaves positions in other markets alone, and names them', async () => {
    const harness = await createStarted({ markets: [NVDA] })
    const { executor } = harness
    placeElsewhere(harness, { market: TSLA, price: '404', tif: 'Ioc' })
    await accepted(executor.submit(buy())).outcome
    const closing = executor.close({ positions: 'flatten' })
    await harness.pass(2_000)
    expect(await closing).toMatchObject({
      positions: [{ market: TSLA }],
      notes: [`${TSLA}: not a market of this executor`],
    })
    expect([held(harness), held(harness, TSLA)]).toEqual(['0', '1'])
  })

  it('works with the kill switch on', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    executor.hardStop.trigger({ cause: 'manual', reason: 'test' })
    expect(await executor.close({ positions: 'flatten' })).toMatchObject({ positions: [] })
    expect(held(harness)).toBe('0')
  })

  it('ends when its time is over, with an exit still unanswered', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    harness.toExchange = (text) => !text.includes('"r":true') && !text.includes('"noop"')
    const closing = executor.close({ positions: 'flatten', timeoutMs: 4_000 })
    await harness.pass(6_500)
    const report = await closing
    expect(report).toMatchObject({ positions: [{ market: NVDA }], unknown: [{ reduceOnly: true }] })
    expect(report.notes[0]).toBe(`${NVDA}: an exit is not answered for`)
    expectNothingLeft(harness)
  })
})
