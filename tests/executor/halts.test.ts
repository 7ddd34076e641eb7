import { createMemoryJournal, type Intent, type MarketHaltEvent } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, NVDA, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const exit = (overrides: Partial<Intent> = {}): Intent =>
  buy({ side: 'sell', price: '170', reduceOnly: true, ...overrides })
const other = (): Intent => buy({ market: TSLA, price: '401' })

describe('the halt of one market (W-50)', () => {
  it('denies its new orders with the reason, and no other market’s, no cancel and no way out', async () => {
    const { executor, exchange } = await createStarted()
    await accepted(executor.submit(buy())).outcome
    const resting = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    await resting.acknowledged
    const halt = executor.halt(NVDA, 'earnings')
    expect(executor.halts()).toEqual([halt])
    expect(executor.submit(buy())).toMatchObject({
      status: 'denied',
      reason: 'HALTED',
      gate: 'halt',
      value: 'earnings, until somebody resumes',
    })
    expect(executor.modify(resting.clientOrderId, { price: '171' })).toMatchObject({ reason: 'HALTED' })
    expect((await accepted(executor.submit(other())).outcome).status).toBe('filled')
    expect(await executor.cancel(resting.clientOrderId)).toEqual({ status: 'canceled' })
    expect((await accepted(executor.submit(exit())).outcome).status).toBe('filled')
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    executor.resume(NVDA)
    expect(executor.halts()).toEqual([])
    expect(executor.submit(buy()).status).toBe('accepted')
  })

  it('for a time ends by itself, and is told of once when it begins and once when it is over', async () => {
    const { executor, clock, pass } = await createStarted()
    const told: MarketHaltEvent[] = []
    executor.on('halt', (event) => told.push(event))
    const untilMs = clock.now() + 60_000
    executor.halt(NVDA, 'auction', { untilMs })
    await pass(59_999)
    expect(executor.submit(buy())).toMatchObject({ reason: 'HALTED', value: `auction, until ${untilMs} (Unix ms)` })
    await pass(1)
    expect(executor.submit(buy()).status).toBe('accepted')
    expect(told.map(({ reason, isOver }) => `${reason} ${isOver}`)).toEqual(['auction false', 'auction true'])
    expect(executor.halts()).toEqual([])
  })

  it('settles what is queued in its market, and nothing of it is sent when it resumes', async () => {
    const { executor, actions, pass } = await createStarted()
    const order = accepted(executor.submit(buy()))
    const elsewhere = accepted(executor.submit(other()))
    executor.halt(NVDA, 'news')
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'HALTED', message: 'news' })
    executor.resume(NVDA)
    await pass(500)
    expect((await elsewhere.outcome).status).toBe('filled')
    expect(actions()).toHaveLength(1)
    expect(executor.openOrders()).toEqual([])
  })

  it('keeps back what is being signed in its market, and lets the rest of the batch and the way out go', async () => {
    const signer = createHeldSigner()
    const { executor, settle, exchange } = await createStarted({ signer })
    const entry = accepted(executor.submit(buy()))
    await settle()
    signer.release()
    await entry.outcome

    const fresh = accepted(executor.submit(buy({ size: '2' })))
    const elsewhere = accepted(executor.submit(other()))
    const out = accepted(executor.submit(exit()))
    await settle()
    executor.halt(NVDA, 'news')
    signer.release()
    await settle()
    signer.release()
    expect(await fresh.outcome).toMatchObject({ status: 'denied', reason: 'HALTED', message: 'news' })
    expect((await elsewhere.outcome).status).toBe('filled')
    expect((await out.outcome).status).toBe('filled')
    expect(exchange.record.orders.filter(({ size }) => size === '2')).toEqual([])
  })

  it.each<[string, (harness: Awaited<ReturnType<typeof createStarted>>) => unknown]>([
    ['market', ({ executor }) => executor.halt('xyz:NOPE', 'news')],
    ['market', ({ executor }) => executor.halt('NVDA', 'news')],
    ['market', ({ executor }) => executor.resume('xyz:NOPE')],
    ['reason', ({ executor }) => executor.halt(NVDA, '')],
    ['untilMs', ({ executor, clock }) => executor.halt(NVDA, 'news', { untilMs: clock.now() })],
  ])('is refused by name for a bad %s', async (name, act) => {
    const harness = await createStarted()
    expect(() => act(harness)).toThrow(RangeError)
    expect(() => act(harness)).toThrow(name)
    expect(harness.executor.halts()).toEqual([])
  })

  it('outlives a crash where there is a journal, one for a time until its time, and a resumed one not', async () => {
    const journal = createMemoryJournal()
    const before = await createStarted({ journal, markets: [NVDA, TSLA, 'xyz:GOLD', 'xyz:AAPL'] })
    const { clock } = before
    const [soon, late] = [clock.now() + 1_000, clock.now() + 60_000]
    const first = before.executor.halt(NVDA, 'earnings')
    before.executor.halt('xyz:GOLD', 'auction', { untilMs: soon })
    const last = before.executor.halt(TSLA, 'recall', { untilMs: late })
    before.executor.halt('xyz:AAPL', 'a mistake')
    before.executor.resume('xyz:AAPL')
    before.kill()
    await journal.close()
    clock.advance(2_000)

    const { executor, pass } = createHarness({ journal, markets: [NVDA, TSLA, 'xyz:GOLD', 'xyz:AAPL'] }, before)
    await executor.start()
    expect(executor.halts()).toEqual([first, last])
    expect(executor.submit(buy())).toMatchObject({ reason: 'HALTED' })
    await pass(58_000)
    expect(executor.halts()).toEqual([first])
    executor.resume(NVDA)
    await executor.close()

    const third = createHarness({ journal }, before)
    clock.advance(10)
    await third.executor.start()
    expect(third.executor.halts()).toEqual([])
  })

  it('from before the start is kept as well', async () => {
    const journal = createMemoryJournal()
    const before = createHarness({ journal })
    before.executor.halt(NVDA, 'not yet')
    await before.executor.start()
    before.kill()
    await journal.close()
    before.clock.advance(10)
    const { executor } = createHarness({ journal }, before)
    await executor.start()
    expect(executor.halts()).toMatchObject([{ market: NVDA, reason: 'not yet' }])
  })

  it('leaves no timer behind', async () => {
    const { executor, clock } = await createStarted()
    executor.halt(NVDA, 'news', { untilMs: clock.now() + 1_000 })
    await executor.close()
    expect(clock.pendingTimers).toBe(0)
  })
})
