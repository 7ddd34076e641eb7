/**
 * What once went wrong at the start and whenever the account was read again. The numbers are those of the list of bugs (F) and
 * weaknesses (W) of the system this one descends from.
 */
import { createMemoryJournal, standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, type Harness, NVDA, TSLA } from '../helpers/harness.js'
import { changeAnswers, placeElsewhere } from '../helpers/venue.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const gates = standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '700', maxConcurrentPositions: 2 })
const denial = (submission: { status: string; reason?: string }): string => submission.reason ?? submission.status
const sizes = ({ executor }: Pick<Harness, 'executor'>): string =>
  executor
    .positions()
    .map(({ market, size }) => `${market} ${size.toFixed()}`)
    .join(', ')

describe('a start', () => {
  it('F-41: with a position open lets no second entry into that market, and counts it in the total', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy({ size: '2' }))).outcome
    await before.executor.close()
    before.clock.advance(10)

    const { executor } = createHarness({ gates }, before)
    await executor.start()
    expect(sizes({ executor })).toBe('xyz:NVDA 2')
    expect(executor.submit(buy())).toMatchObject({ reason: 'ALREADY_HAS_POSITION', gate: 'hasPosition' })
    // 700 less two at the mark.
    expect(executor.submit(buy({ market: TSLA, price: '401', size: '1' }))).toMatchObject({
      reason: 'MAX_POSITION_TOTAL',
    })
    expect(denial(executor.submit(buy({ market: TSLA, price: '401', size: '0.5' })))).toBe('accepted')
  })

  it('F-57: adopts the quotes that an earlier run left before the first new one may go', async () => {
    const before = await createStarted()
    const left = accepted(before.executor.submit(quote()))
    await left.acknowledged
    before.kill()
    before.clock.advance(10)

    const harness = createHarness({ gates }, before)
    const { executor, exchange } = harness
    expect(executor.submit(quote()).status).toBe('denied')
    await executor.start()
    expect(executor.openOrders()).toMatchObject([{ clientOrderId: left.clientOrderId, isExternal: true }])
    expect(denial(executor.submit(quote({ price: '169' })))).toBe('PENDING_ORDER_EXISTS')
    expect(await executor.cancel(left.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.settle()
    expect(denial(executor.submit(quote({ price: '169' })))).toBe('accepted')
    await harness.settle()
    expect(
      exchange
        .account(ACCOUNT)
        .openOrders()
        .map(({ price }) => price),
    ).toEqual(['169'])
  })

  it('F-57: cancels them before it is done when they are not wanted', async () => {
    const before = await createStarted()
    await Promise.all(
      before.executor
        .submitMany([quote(), quote({ market: TSLA, price: '390' })])
        .map((order) => accepted(order).acknowledged),
    )
    before.kill()

    const harness = createHarness({ gates, externalOrders: 'cancel' }, before)
    const starting = harness.executor.start()
    await harness.pass(30_000)
    await starting
    expect(harness.exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(denial(harness.executor.submit(quote()))).toBe('accepted')
  })

  it('W-22: goes on with nonces above the last one of the life before, even with a clock that runs behind', async () => {
    const journal = createMemoryJournal()
    const before = await createStarted({ journal })
    for (const price of ['170', '169', '168']) await accepted(before.executor.submit(quote({ price }))).acknowledged
    before.kill()
    before.clock.stepWall(-1_000)

    const next = createHarness({ journal: createMemoryJournal(journal.records) }, before)
    const starting = next.executor.start()
    await next.pass(5_000)
    await starting
    await accepted(next.executor.submit(quote({ price: '167' }))).acknowledged
    const nonces = next.exchange.record.requests
      .filter(({ kind }) => kind === 'action')
      .map(({ payload }) => (payload as { nonce: number }).nonce)
    expect(nonces).toEqual([...new Set(nonces)].sort((a, b) => a - b))
  })

  it('W-23: knows what was on its way when the process died, and places nothing twice', async () => {
    const journal = createMemoryJournal()
    const before = await createStarted({ journal })
    before.toExecutor = () => false
    before.executor.submit(quote({ intentId: 'quote 1' }))
    await before.settle()
    before.kill()

    const next = createHarness({ journal: createMemoryJournal(journal.records) }, before)
    const starting = next.executor.start()
    await next.pass(5_000)
    await starting
    const again = accepted(next.executor.submit(quote({ intentId: 'quote 1' })))
    expect(again.current().status).toBe('working')
    expect(next.exchange.account(ACCOUNT).openOrders()).toHaveLength(1)
  })
})

describe('reading the account again', () => {
  /** Looks at the positions at every frame and many times after it. */
  function watch(harness: Harness): Set<string> {
    const seen = new Set<string>()
    const { toExecutor } = harness
    const look = (): void => void seen.add(sizes(harness))
    harness.toExecutor = (text) => {
      look()
      let later = Promise.resolve()
      for (let turn = 0; turn < 50; turn++) later = later.then(look)
      return toExecutor(text)
    }
    return seen
  }

  it('F-42: never shows a position missing, however often the connection is lost (W-32)', async () => {
    const harness = await createStarted({ gates })
    const { executor } = harness
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    await harness.pass(1_000)
    const seen = watch(harness)
    for (let times = 0; times < 3; times++) {
      harness.sockets.at(-1)?.terminate()
      await harness.pass(20_000)
      expect(executor.readiness().ready).toBe(true)
    }
    await harness.pass(120_000)
    expect([...seen]).toEqual(['xyz:NVDA 2'])
  })

  it('F-42: never opens the door to a second entry, even when the venue answers once that there is nothing (W-32)', async () => {
    const harness = await createStarted({ gates })
    const { executor } = harness
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    await harness.pass(1_000)
    changeAnswers(harness, 'clearinghouseState', (state: { assetPositions: unknown[] }, count) =>
      count === 1 ? { ...state, assetPositions: [] } : undefined,
    )
    const seen = watch(harness)
    const answers = new Set<string>()
    harness.sockets.at(-1)?.terminate()
    for (let seconds = 0; seconds < 130; seconds++) {
      await harness.pass(1_000)
      answers.add(denial(executor.submit(buy())))
    }
    expect([...seen]).toEqual(['xyz:NVDA 2'])
    expect(answers).not.toContain('accepted')
    expect(answers).toContain('ALREADY_HAS_POSITION')
  })

  it('F-58: keeps when and at what a position was entered while it points the same way, and not beyond', async () => {
    const harness = await createStarted()
    const { executor, exchange, clock } = harness
    const enteredAt = clock.now()
    await accepted(executor.submit(buy({ size: '1' }))).outcome
    await harness.pass(1_000)
    const [entered] = executor.positions()
    const resync = async (): Promise<void> => {
      harness.sockets.at(-1)?.terminate()
      await harness.settle()
    }

    await resync()
    placeElsewhere(harness, { price: '178', tif: 'Ioc', size: '1' })
    await harness.pass(150_000)
    const [grown] = executor.positions()
    expect([grown?.size.toFixed(), grown?.openedAt]).toEqual(['2', enteredAt])
    expect(grown?.entryPrice.gte(entered?.entryPrice ?? '0')).toBe(true)

    await resync()
    exchange.market(NVDA).seedBook()
    const turnedAt = clock.now()
    placeElsewhere(harness, { isBuy: false, price: '170', tif: 'Ioc', size: '5' })
    await harness.pass(150_000)
    const [turned] = executor.positions()
    expect([turned?.size.toFixed(), turned?.openedAt]).toEqual(['-3', turnedAt])
    expect(turned?.entryPrice.toFixed()).toBe(exchange.record.position(ACCOUNT, NVDA)?.entryPrice)
  })
})

describe('a position that no fill explains', () => {
  it('F-58: keeps the time of its entry when the venue says it is larger, and not when it says that it has turned around', async () => {
    const harness = await createStarted()
    const { executor, clock } = harness
    const enteredAt = clock.now()
    await accepted(executor.submit(buy({ size: '1' }))).outcome
    await harness.pass(1_000)
    let size = '2'
    type State = { readonly assetPositions: readonly { readonly position: object }[] }
    changeAnswers(harness, 'clearinghouseState', (state: State) => ({
      ...state,
      assetPositions: state.assetPositions.map(({ position }) => ({ position: { ...position, szi: size } })),
    }))
    await harness.pass(130_000)
    expect(executor.positions()).toMatchObject([{ market: NVDA, openedAt: enteredAt }])
    expect(sizes(harness)).toBe('xyz:NVDA 2')
    size = '-2'
    await harness.pass(130_000)
    expect(sizes(harness)).toBe('xyz:NVDA -2')
    expect(executor.positions()[0]?.openedAt).toBeGreaterThan(enteredAt + 130_000)
  })
})

describe('a cancel without an answer', () => {
  const unanswered = async (of: 'request' | 'reply') => {
    const harness = await createStarted()
    const order = accepted(harness.executor.submit(quote()))
    await order.acknowledged
    harness.exchange.fault({ fault: 'lose', of: 'feed:orderUpdates' })
    harness.exchange.fault({ fault: 'lose', of: `${of}:action:cancelByCloid`, nth: 1 })
    const asked = (): number =>
      harness.exchange.record.requests.filter(({ payload }) => (payload as { type?: string }).type === 'orderStatus')
        .length
    return { harness, order, asked, cancel: harness.executor.cancel(order.clientOrderId) }
  }

  it('F-56: that was carried out is found out by asking, not by waiting', async () => {
    const { harness, order, asked, cancel } = await unanswered('reply')
    await harness.pass(4_900)
    expect([order.current().status, asked()]).toEqual(['pendingCancel', 0])
    await harness.pass(2_000)
    expect(await cancel).toMatchObject({ status: 'unknown' })
    expect(asked()).toBeGreaterThan(0)
    expect((await order.outcome).status).toBe('canceled')
  })

  it('F-56: that never arrived is found out the same way, and is sent again', async () => {
    const { harness, order, cancel } = await unanswered('request')
    await harness.pass(10_000)
    expect(await cancel).toMatchObject({ status: 'unknown' })
    await harness.pass(5_000)
    expect((await order.outcome).status).toBe('canceled')
    expect(harness.exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('F-56: stops nobody from quoting elsewhere, and holds its own claim until it is known', async () => {
    const { harness, order } = await unanswered('reply')
    harness.toExecutor = (text) => !text.includes('"orderStatus"')
    await harness.pass(30_000)
    expect(order.current().status).toBe('pendingCancel')
    expect(harness.executor.openOrders().map(({ clientOrderId }) => clientOrderId)).toContain(order.clientOrderId)
    expect(denial(harness.executor.submit(quote({ market: TSLA, price: '390' })))).toBe('accepted')
    harness.toExecutor = () => true
    await harness.pass(20_000)
    expect((await order.outcome).status).toBe('canceled')
  })
})
