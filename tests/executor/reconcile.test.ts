import { createMemoryJournal, type ExecutorEvents, type ReadinessState } from 'hip3-executor'
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
import { changeAnswers, placeElsewhere } from '../helpers/venue.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

type Reconciled = ExecutorEvents['reconciled']['differences'][number]

/** Everything the executor says about its books, in short. */
function listen({ executor }: Harness) {
  const reconciled: string[][] = []
  const readiness: string[] = []
  const line = ({ what, market, ours, venues, isSettled }: Reconciled): string =>
    `${what} ${market ?? '-'}: ${ours} / ${venues}${isSettled ? ', settled' : ''}`
  executor.on('reconciled', ({ differences }) => void reconciled.push(differences.map(line)))
  executor.on('readiness', ({ missing }: ReadinessState) =>
    readiness.push(missing.map(({ condition, detail }) => `${condition}: ${detail}`).join('; ')),
  )
  return { reconciled, readiness }
}

const sizes = ({ executor }: Harness) => executor.positions().map(({ market, size }) => [market, size.toFixed()])
const questions = ({ exchange }: Harness, type: string) =>
  exchange.record.requests.filter(({ payload }) => (payload as { type?: string }).type === type)

type State = { readonly assetPositions: readonly unknown[]; readonly time: number }
const nothing = (state: State): State => ({ ...state, assetPositions: [] })

describe('while all agrees', () => {
  it('the account is compared every so often, and nobody notices', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    await accepted(executor.submit(resting({ market: TSLA, price: '390' }))).acknowledged
    const heard = listen(harness)
    const orders: unknown[] = []
    executor.on('order', (order) => orders.push(order))
    const before = questions(harness, 'clearinghouseState').length
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await harness.pass(1_000)
      expect(executor.readiness().ready).toBe(true)
    }
    expect(questions(harness, 'clearinghouseState').length - before).toBe(5)
    expect(heard).toEqual({ reconciled: [], readiness: [] })
    expect(orders).toEqual([])
  })

  it('it is compared as often as one likes, or never', async () => {
    const often = await createStarted({ reconcileEveryMs: 5_000 })
    const never = await createStarted({ reconcileEveryMs: 0 })
    const [a, b] = [often, never].map((harness) => questions(harness, 'frontendOpenOrders').length)
    await often.pass(60_500)
    await never.pass(600_000)
    expect(questions(often, 'frontendOpenOrders').length - (a ?? 0)).toBe(12)
    expect(questions(never, 'frontendOpenOrders').length).toBe(b)
    expect(() => createHarness({ reconcileEveryMs: -1 })).toThrow(/^reconcileEveryMs: /)
  })
})

describe('a fill that no feed told of', () => {
  it('is found by the next comparison, without a word', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting({ size: '2' })))
    await order.acknowledged
    const heard = listen(harness)
    exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'] })
    exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await harness.pass(59_000)
    expect(order.current().filledSize.toFixed()).toBe('0')
    await harness.pass(2_000)
    expect([order.current().status, order.current().averagePrice?.toFixed()]).toEqual(['partiallyFilled', '170'])
    expect(sizes(harness)).toEqual([[NVDA, '0.5']])
    expect(heard).toEqual({ reconciled: [], readiness: [] })
  })

  it('is read page by page after a long absence, however many there are (F-42, W-32)', async () => {
    const harness = await createStarted()
    const { executor, exchange, clock } = harness
    const order = accepted(executor.submit(resting({ size: '45' })))
    await order.acknowledged
    exchange.market(NVDA).clearBook()
    harness.sockets[0]?.terminate()
    await harness.settle()
    // More than a page, and more than the snapshot of the feed tells of.
    for (let count = 0; count < 4_100; count += 1) {
      exchange.market(NVDA).take('sell', '170', '0.01')
      if (count % 2 === 0) clock.stepWall(1)
    }
    const heard = listen(harness)
    await harness.pass(2_000)
    expect(executor.readiness().ready).toBe(true)
    expect(order.current().filledSize.toFixed()).toBe('41')
    expect(order.current().averagePrice?.toFixed()).toBe('170')
    expect(sizes(harness)).toEqual([[NVDA, '41']])
    expect(heard.reconciled).toEqual([])
    const pages = questions(harness, 'userFillsByTime').map(
      ({ payload }) => (payload as { startTime: number }).startTime,
    )
    expect(pages.length).toBeGreaterThanOrEqual(4)
  })

  it('is read from where the journal ends after a restart (F-35)', async () => {
    const journal = createMemoryJournal()
    const before = await createStarted({ journal })
    const order = accepted(before.executor.submit(resting({ size: '45' })))
    await order.acknowledged
    before.kill()
    before.exchange.market(NVDA).clearBook()
    for (let count = 0; count < 4_100; count += 1) {
      before.clock.stepWall(20)
      before.exchange.market(NVDA).take('sell', '170', '0.01')
    }
    const harness = createHarness({ journal: createMemoryJournal(journal.records) }, before)
    const starting = harness.executor.start()
    await harness.pass(3_000)
    await starting
    const view = harness.executor.order(order.clientOrderId)
    expect([view?.status, view?.filledSize.toFixed(), view?.averagePrice?.toFixed()]).toEqual([
      ...['partiallyFilled', '41', '170'],
    ])
    expect(sizes(harness)).toEqual([[NVDA, '41']])
  })

  it('and that the venue has forgotten leaves a hole, which is told; the position is right all the same', async () => {
    // So many fills within seconds, read more than once, weigh more than an IP address has in a minute.
    const harness = await createStarted({ venueLimits: { weightPerMinute: 100_000 } })
    const { executor, exchange, clock } = harness
    await accepted(executor.submit(resting({ size: '110' }))).acknowledged
    exchange.market(NVDA).clearBook()
    harness.sockets[0]?.terminate()
    await harness.settle()
    for (let count = 0; count < 10_100; count += 1) {
      exchange.market(NVDA).take('sell', '170', '0.01')
      clock.stepWall(1)
    }
    const heard = listen(harness)
    // So much reading takes the weight of a minute and more.
    await harness.pass(130_000)
    expect(executor.readiness().ready).toBe(true)
    expect(sizes(harness)).toEqual([[NVDA, '101']])
    expect(heard.reconciled.flat().some((text) => text.startsWith('fills -: '))).toBe(true)
  }, 60_000)
})

describe('a position that differs', () => {
  it('is not dropped because the venue once answers with nothing (F-42, W-32)', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    const heard = listen(harness)
    changeAnswers<State>(harness, 'clearinghouseState', (state, count) => (count === 1 ? nothing(state) : undefined))
    const seen = new Set<string>()
    for (let ms = 0; ms < 60_100; ms += 100) {
      await harness.pass(100)
      seen.add(JSON.stringify(sizes(harness)))
    }
    expect(executor.readiness().missing).toMatchObject([
      { condition: 'account', detail: `position ${NVDA}: ours 1, the venue's 0` },
    ])
    expect(executor.submit(buy({ market: TSLA, price: '401' }))).toMatchObject({ reason: 'RECONCILING', gate: 'ready' })
    const exit = accepted(executor.submit(buy({ side: 'sell', size: '0.4', price: '176', reduceOnly: true })))
    await harness.settle()
    expect(await outcomeNow(exit)).toMatchObject({ status: 'filled' })
    await harness.pass(500)
    expect(executor.readiness().ready).toBe(true)
    expect(seen).toEqual(new Set([JSON.stringify([[NVDA, '1']])]))
    expect(sizes(harness)).toEqual([[NVDA, '0.6']])
    expect(heard.reconciled).toEqual([[`position ${NVDA}: 1 / 0`], [`position ${NVDA}: 1 / 0, settled`]])
  })

  it('is not taken for flat when the very first answer is empty: it is asked for twice (F-41, W-26)', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy())).outcome
    await before.executor.close()
    before.clock.advance(10)
    const harness = createHarness({}, before)
    changeAnswers<State>(harness, 'clearinghouseState', (state, count) => (count === 1 ? nothing(state) : undefined))
    const starting = harness.executor.start()
    await harness.settle()
    expect(harness.executor.readiness().missing).toMatchObject([{ condition: 'account' }])
    await harness.pass(500)
    await starting
    expect(sizes(harness)).toEqual([[NVDA, '1']])
  })

  it('is taken over when two readings agree: a settled market leaves no fill', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    await accepted(executor.submit(buy({ market: TSLA, price: '401' }))).outcome
    const heard = listen(harness)
    exchange.market(NVDA).halt()
    await harness.pass(59_900)
    expect(sizes(harness)).toHaveLength(2)
    await harness.pass(200)
    expect(sizes(harness)).toHaveLength(2)
    expect(executor.readiness().ready).toBe(false)
    await harness.pass(500)
    expect(sizes(harness)).toEqual([[TSLA, '1']])
    expect(executor.readiness().ready).toBe(true)
    expect(heard.reconciled).toEqual([[`position ${NVDA}: 1 / 0`], [`position ${NVDA}: 1 / 0, settled`]])
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
  })

  it('is found although fills never stop coming', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const quote = accepted(executor.submit(resting({ size: '50' })))
    await quote.acknowledged
    await accepted(executor.submit(buy({ market: TSLA, price: '401' }))).outcome
    exchange.market(TSLA).halt()
    exchange.market(NVDA).clearBook()
    for (let ms = 0; ms < 62_000; ms += 50) {
      await harness.pass(50)
      exchange.market(NVDA).take('sell', '170', '0.01')
    }
    await harness.settle()
    expect(sizes(harness)).toEqual([[NVDA, exchange.record.position(ACCOUNT, NVDA)?.size]])
    expect(executor.readiness().ready).toBe(true)
  })

  it('is found although every fill says so again, and so keeps raising the doubt', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    // Settled without a fill, and trading goes on.
    exchange.market(NVDA).halt().resume()
    placeElsewhere(harness, { size: '50' })
    await harness.settle()
    exchange.fault({ fault: 'delay', of: 'reply:info', ms: 120 })
    for (let ms = 0; ms < 10_000; ms += 50) {
      await harness.pass(50)
      exchange.market(NVDA).take('sell', '170', '0.01')
    }
    await harness.settle()
    expect(sizes(harness)).toEqual([[NVDA, exchange.record.position(ACCOUNT, NVDA)?.size]])
    expect(executor.readiness().ready).toBe(true)
  })

  it('only because the answer is older than our own fill does not differ', async () => {
    const harness = await createStarted()
    const { executor } = harness
    let old: State | undefined
    await harness.pass(10)
    await accepted(executor.submit(buy())).outcome
    const heard = listen(harness)
    changeAnswers<State>(harness, 'clearinghouseState', (state) => {
      old ??= { ...nothing(state), time: harness.clock.now() - 59_995 }
      return old
    })
    await harness.pass(70_000)
    expect(old).toBeDefined()
    expect(sizes(harness)).toEqual([[NVDA, '1']])
    expect(heard).toEqual({ reconciled: [], readiness: [] })
  })

  it('in an answer from before the last one is not believed at all', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy())).outcome
    await before.executor.close()
    before.clock.advance(10)
    const harness = createHarness({}, before)
    await harness.executor.start()
    const heard = listen(harness)
    let isOld = true
    const position = { coin: NVDA, szi: '5', entryPx: '170' }
    changeAnswers<State>(harness, 'clearinghouseState', () =>
      isOld ? { assetPositions: [{ type: 'oneWay', position }], time: 1 } : undefined,
    )
    await harness.pass(61_000)
    isOld = false
    await harness.pass(5_000)
    expect(sizes(harness)).toEqual([[NVDA, '1']])
    expect(heard).toEqual({ reconciled: [], readiness: [] })
  })

  it('in a market that we do not trade is seen and counted (W-32)', async () => {
    const harness = await createStarted({ markets: [NVDA], reconcileEveryMs: 10_000 })
    harness.exchange.fault({ fault: 'lose', of: 'feed:userFills' })
    placeElsewhere(harness, { market: TSLA, price: '404', tif: 'Ioc' })
    await harness.pass(11_000)
    expect(sizes(harness)).toEqual([[TSLA, '1']])
  })

  it('keeps the time it was opened through a comparison, and takes a new one when it turns around (F-58)', async () => {
    const harness = await createStarted()
    const { executor, exchange, clock } = harness
    const openedAt = clock.now()
    await accepted(executor.submit(buy())).outcome
    await harness.pass(1_000)
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    harness.sockets[0]?.terminate()
    await harness.pass(120_000)
    expect(executor.positions()).toMatchObject([{ market: NVDA, openedAt }])
    exchange.market(NVDA).seedBook()
    const turnedAt = clock.now()
    await accepted(executor.submit(buy({ side: 'sell', size: '5', price: '170' }))).outcome
    await harness.pass(120_000)
    expect(executor.positions()).toMatchObject([{ market: NVDA, openedAt: turnedAt }])
  })
})

describe('an order that differs', () => {
  it('is looked up when the venue does not list it, and ends as the venue says', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    const heard = listen(harness)
    exchange.fault({ fault: 'lose', of: 'feed:orderUpdates' })
    exchange.market(NVDA).halt()
    await harness.pass(60_100)
    expect(executor.readiness().ready).toBe(true)
    await harness.pass(2_000)
    expect(await outcomeNow(order)).toMatchObject({ status: 'canceled' })
    expect(heard).toEqual({ reconciled: [], readiness: [] })
  })

  it('keeps new orders back while the venue contradicts itself about it', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const order = accepted(executor.submit(resting()))
    await order.acknowledged
    const heard = listen(harness)
    let isHidden = true
    changeAnswers<readonly unknown[]>(harness, 'frontendOpenOrders', () => (isHidden ? [] : undefined))
    await harness.pass(62_000)
    expect(order.current().status).toBe('working')
    expect(executor.submit(buy({ market: TSLA, price: '401' }))).toMatchObject({ reason: 'RECONCILING' })
    expect(executor.readiness().missing[0]?.detail).toContain('not among the open orders')
    isHidden = false
    await harness.pass(20_000)
    expect(executor.readiness().ready).toBe(true)
    expect(heard.reconciled).toEqual([
      [`order ${NVDA}: working / not among the open orders`],
      [`order ${NVDA}: working / not among the open orders, settled`],
    ])
  })

  it('and is over for us is taken off the book when the venue shows it twice', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting()))
    const { orderId } = await order.acknowledged
    const heard = listen(harness)
    const lie = {
      coin: NVDA,
      side: 'B',
      limitPx: '170',
      sz: '1',
      origSz: '1',
      oid: orderId,
      cloid: order.clientOrderId,
    }
    const update = { order: { ...lie, timestamp: 1 }, status: 'canceled', statusTimestamp: 1 }
    harness.inject(JSON.stringify({ channel: 'orderUpdates', data: [update] }))
    await harness.settle()
    expect(await outcomeNow(order)).toMatchObject({ status: 'canceled' })
    await harness.pass(60_100)
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(1)
    await harness.pass(500)
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    await harness.pass(1_100)
    expect(executor.readiness().ready).toBe(true)
    expect(heard.reconciled).toEqual([[`order ${NVDA}: canceled / open`], [`order ${NVDA}: canceled / open, settled`]])
  })

  it('and is unknown to us is proven alive by the list', async () => {
    const harness = await createStarted()
    const { executor } = harness
    harness.toExecutor = (text) =>
      !text.includes('"statuses"') && !text.includes('"channel":"orderUpdates"') && !text.includes('"orderStatus"')
    harness.toExchange = (text) => !text.includes('"noop"')
    const order = accepted(executor.submit(resting()))
    await harness.pass(6_000)
    expect(order.current().status).toBe('unknown')
    await harness.pass(55_000)
    expect(order.current().status).toBe('working')
  })
})

describe('what we know is in doubt', () => {
  it('when a fill starts from another position than ours, and until the account was read', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const quote = accepted(executor.submit(resting({ size: '2' })))
    await quote.acknowledged
    const heard = listen(harness)
    const mismatches: unknown[] = []
    executor.on('mismatch', (mismatch) => mismatches.push(mismatch))
    await harness.pass(10)
    exchange.fault({ fault: 'lose', of: 'feed:userFills', nth: 1 })
    exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await harness.pass(10)
    exchange.market(NVDA).take('sell', '170', '0.5')
    await harness.settle()
    expect(mismatches).toHaveLength(1)
    expect(heard.readiness[0]).toContain(`account: position of ${NVDA} differs`)
    expect(heard.readiness.at(-1)).toBe('')
    expect(sizes(harness)).toEqual([[NVDA, '1']])
    expect(quote.current().filledSize.toFixed()).toBe('1')
  })

  it('when routine readings fail again and again, but not when one does', async () => {
    const harness = await createStarted()
    const { executor } = harness
    let failures = 1
    harness.toExecutor = (text) => !text.includes('"clearinghouseState"') || failures-- <= 0
    await harness.pass(72_000)
    expect(executor.readiness().ready).toBe(true)
    failures = 100
    await harness.pass(100_000)
    expect(executor.readiness().ready).toBe(true)
    await harness.pass(40_000)
    expect(executor.submit(buy())).toMatchObject({ reason: 'RECONCILING' })
    failures = 0
    await harness.pass(30_000)
    expect(executor.readiness().ready).toBe(true)
  })
})

describe('after a reconnect', () => {
  it('new orders are denied RECONCILING until the account was compared; cancels and reduce-only pass', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const quote = accepted(executor.submit(resting()))
    await quote.acknowledged
    harness.sockets[0]?.terminate()
    await harness.settle()
    harness.toExecutor = (text) => !text.includes('"clearinghouseState"')
    await harness.pass(2_000)
    expect(executor.submit(buy())).toMatchObject({ reason: 'RECONCILING', gate: 'ready' })
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true })))
    expect(await executor.cancel(quote.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.settle()
    expect(await outcomeNow(exit)).toMatchObject({ status: 'filled' })
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    harness.toExecutor = () => true
    await harness.pass(20_000)
    expect(executor.readiness().ready).toBe(true)
  })

  it('it ends ready with everything that happened meanwhile, and says what it found missing', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const filled = accepted(executor.submit(resting()))
    const gone = accepted(executor.submit(resting({ market: TSLA, price: '390' })))
    await Promise.all([filled.acknowledged, gone.acknowledged])
    const heard = listen(harness)
    harness.sockets[0]?.terminate()
    await harness.settle()
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    exchange.market(TSLA).halt()
    await harness.pass(3_000)
    expect((await filled.outcome).status).toBe('filled')
    expect((await gone.outcome).status).toBe('canceled')
    expect(heard.reconciled).toEqual([
      [`order ${TSLA}: working / not among the open orders`],
      [`order ${TSLA}: working / not among the open orders, settled`],
    ])
    expect(executor.readiness().ready).toBe(true)
  })
})
