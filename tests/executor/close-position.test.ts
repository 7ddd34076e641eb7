import { flattenInProgressGate } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createStarted, type Harness, type HarnessOptions, NVDA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'
import { placeElsewhere } from '../helpers/venue.js'

/** Long one, with a resting order beside it. */
async function long(options?: HarnessOptions): Promise<Harness> {
  const harness = await createStarted(options)
  await accepted(harness.executor.submit(buy())).outcome
  await accepted(harness.executor.submit(buy({ price: '170', timeInForce: 'gtc' }))).acknowledged
  await harness.settle()
  return harness
}

const held = ({ exchange }: Harness): string => exchange.record.position(ACCOUNT, NVDA)?.size ?? '0'

const exits = ({ actions }: Harness): readonly string[] =>
  actions().flatMap(({ type, orders }) =>
    type === 'order'
      ? (orders as { r: boolean; s: string; p: string }[]).filter(({ r }) => r).map(({ s, p }) => `${s} at ${p}`)
      : [],
  )

describe('closePosition', () => {
  it('cancels the orders of the market and closes what is held', async () => {
    const harness = await long()
    const closing = harness.executor.closePosition(NVDA)
    await harness.pass(2_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(held(harness)).toBe('0')
    expect(harness.executor.openOrders()).toEqual([])
    expect(exits(harness)).toHaveLength(1)
  })

  it('of a flat market is flat at once, and sends nothing', async () => {
    const harness = await createStarted()
    expect(await harness.executor.closePosition(NVDA)).toEqual({ status: 'flat' })
    expect(harness.actions()).toEqual([])
  })

  it('sends one exit, however many ask in one tick (F-47)', async () => {
    const harness = await long()
    const asked = Array.from({ length: 4 }, () => harness.executor.closePosition(NVDA))
    await harness.pass(2_000)
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(['flat', 'flat', 'flat', 'flat'])
    expect(exits(harness)).toHaveLength(1)
  })

  it.each<[string, (harness: Harness) => void]>([
    ['finds nobody', ({ exchange }) => exchange.market(NVDA).clearBook()],
    ['is refused', ({ exchange }) => exchange.fault({ fault: 'postOnlyMode', ms: 3_000 })],
    ['is never answered', ({ exchange }) => exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 1 })],
    ['never arrives', ({ exchange }) => exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })],
    ['loses its connection', ({ exchange }) => exchange.fault({ fault: 'cut', of: 'reply:action:order', nth: 1 })],
    ['gets only a part', ({ exchange }) => exchange.market(NVDA).setBook({ bids: [['175.9', '0.3']], asks: [] })],
  ])('goes on when an exit %s, and can be asked for again (F-47)', async (_, happen) => {
    const harness = await long()
    happen(harness)
    const closing = harness.executor.closePosition(NVDA)
    await harness.pass(4_000)
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(40_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(held(harness)).toBe('0')
    expect(await harness.executor.closePosition(NVDA)).toEqual({ status: 'flat' })
  })

  it('denies new orders in its market from the first request to the last fill, between attempts as well (F-48)', async () => {
    const harness = await long({ gates: [flattenInProgressGate()] })
    harness.exchange.market(NVDA).clearBook()
    const closing = harness.executor.closePosition(NVDA)
    for (let tick = 0; tick < 20; tick++) {
      expect(harness.executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'FLATTEN_IN_PROGRESS' })
      await harness.pass(90)
    }
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(2_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(harness.executor.submit(buy()).status).toBe('accepted')
  })

  it('pays as much as its policy says, and gives up in its time', async () => {
    const harness = await long()
    harness.exchange.market(NVDA).clearBook()
    const mark = Number(harness.exchange.market(NVDA).mark())
    const closing = harness.executor.closePosition(NVDA, { slippageBps: ['10', '30'], timeoutMs: 1_500 })
    await harness.pass(1_600)
    expect(await closing).toMatchObject({ status: 'open', message: expect.stringContaining('IOC_NO_MATCH') })
    const reached = exits(harness).map((text) => Math.round((1 - Number(text.split(' at ')[1]) / mark) * 10_000))
    expect(reached.slice(0, 3)).toEqual([10, 30, 30])
  })

  it('that is joined waits no longer than each asked for', async () => {
    const harness = await long()
    harness.exchange.market(NVDA).clearBook()
    const patient = harness.executor.closePosition(NVDA, { timeoutMs: 20_000 })
    const hasty = harness.executor.closePosition(NVDA, { timeoutMs: 1_000 })
    await harness.pass(1_000)
    expect(await hasty).toMatchObject({ status: 'open' })
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(2_000)
    expect(await patient).toEqual({ status: 'flat' })
  })

  it('needs no more than the position: a market that is halted here, or has a position below the minimum value, is closed', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    await accepted(executor.submit(buy({ side: 'sell', size: '0.99', price: '175', reduceOnly: true }))).outcome
    expect(held(harness)).toBe('0.01')
    executor.halt(NVDA, 'news')
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    const closing = executor.closePosition(NVDA)
    await harness.pass(1_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(held(harness)).toBe('0')
  })

  it('that the venue refuses because there is nothing to reduce reads the account, and is flat', async () => {
    const harness = await createStarted()
    await accepted(harness.executor.submit(buy())).outcome
    harness.exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'] })
    placeElsewhere(harness, { isBuy: false, price: '170', tif: 'Ioc' })
    expect([held(harness), harness.executor.positions().length]).toEqual(['0', 1])
    const closing = harness.executor.closePosition(NVDA)
    await harness.pass(3_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(exits(harness)).toHaveLength(1)
  })

  it('of a market that the venue has halted ends when the venue has settled it', async () => {
    const harness = await long()
    harness.exchange.market(NVDA).halt()
    const closing = harness.executor.closePosition(NVDA)
    await harness.pass(10_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(harness.executor.positions()).toEqual([])
  })

  it('is not flat while an order is there that could open it again, and closes what that one opens', async () => {
    const harness = await long()
    const { executor, exchange } = harness
    const refusal = exchange.fault({ fault: 'tooManyRequests', of: 'request:action:cancelByCloid' })
    const closing = executor.closePosition(NVDA)
    await harness.pass(5_000)
    expect([held(harness), executor.openOrders().length]).toEqual(['0', 1])
    exchange
      .market(NVDA)
      .setBook({ bids: [['169', '5']], asks: [] })
      .take('sell', '170', '1')
    expect(held(harness)).toBe('1')
    await harness.pass(5_000)
    expect(held(harness)).toBe('0')
    refusal.stop()
    await harness.pass(1_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(executor.openOrders()).toEqual([])
  })

  it('says so when that order outlasts its time', async () => {
    const harness = await long()
    harness.exchange.fault({ fault: 'tooManyRequests', of: 'request:action:cancelByCloid' })
    const closing = harness.executor.closePosition(NVDA, { timeoutMs: 6_000 })
    await harness.pass(6_000)
    const left = await closing
    expect(left).toMatchObject({ status: 'open', message: 'an order that could open it again is not gone yet' })
    expect(left.status === 'open' && left.size.toFixed()).toBe('0')
  })

  it('survives a signer that fails', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({ signer })
    const entry = accepted(harness.executor.submit(buy()))
    await harness.settle()
    signer.release()
    await entry.outcome
    const closing = harness.executor.closePosition(NVDA)
    await harness.settle()
    signer.fail(new Error('no such key'))
    await harness.pass(300)
    signer.release()
    await harness.pass(1_000)
    expect(await closing).toEqual({ status: 'flat' })
  })

  it('tries ever more slowly where nobody trades, and at once again where somebody does', async () => {
    const harness = await long()
    const { exchange, executor } = harness
    exchange.market(NVDA).clearBook()
    const closing = executor.closePosition(NVDA, { timeoutMs: 600_000 })
    await harness.pass(60_000)
    const missed = exits(harness).length
    expect(missed).toBeLessThan(25)
    exchange.market(NVDA).setBook({ bids: [['176', '0.1']], asks: [] })
    for (let waits = 0; waits < 50 && held(harness) === '1'; waits++) await harness.pass(100)
    expect(held(harness)).toBe('0.9')
    exchange.market(NVDA).seedBook()
    await harness.pass(300)
    expect(await closing).toEqual({ status: 'flat' })
  })

  it('whose time is over has failed, also when it is asked for again in the same instant', async () => {
    const harness = await long({ riskMonitor: { maxLoss: false } })
    harness.exchange.market(NVDA).clearBook()
    for (const failures of [1, 2, 3]) {
      const closing = harness.executor.closePosition(NVDA, { timeoutMs: 2_000 })
      await harness.pass(2_000)
      expect((await closing).status).toBe('open')
      await harness.settle()
      expect(harness.executor.risk().flattenFailures).toBe(failures)
    }
  })

  it('waits for an exit that is not answered for when somebody with more time joins in at the last moment', async () => {
    const harness = await long()
    harness.exchange.fault({ fault: 'lose', of: ['reply:action:order', 'feed'] })
    const hasty = harness.executor.closePosition(NVDA, { timeoutMs: 3_000 })
    await harness.pass(2_999)
    const patient = harness.executor.closePosition(NVDA)
    await harness.pass(1)
    expect(await hasty).toMatchObject({ status: 'open', message: 'an exit is not answered for' })
    await harness.pass(20_000)
    expect(await patient).toEqual({ status: 'flat' })
    expect(exits(harness)).toHaveLength(1)
  })

  it('is answered when the executor is closed meanwhile, and at once after that', async () => {
    const harness = await long()
    harness.exchange.market(NVDA).clearBook()
    const closing = harness.executor.closePosition(NVDA)
    await harness.pass(500)
    const end = harness.executor.close()
    await harness.pass(8_000)
    await end
    const answer = { status: 'open', message: 'the executor is closed' }
    expect(await closing).toMatchObject(answer)
    expect(await harness.executor.closePosition(NVDA)).toMatchObject(answer)
    expect(harness.clock.pendingTimers).toBe(0)
  })

  it('of a market that is not ours is answered, and a bad policy throws', async () => {
    const { executor } = await createStarted()
    expect(await executor.closePosition('xyz:GOLD')).toMatchObject({ status: 'open' })
    expect(() => executor.closePosition(NVDA, { slippageBps: [] })).toThrow(RangeError)
    expect(() => executor.closePosition(NVDA, { slippageBps: ['-1'] })).toThrow('slippageBps[0]')
    expect(() => executor.closePosition(NVDA, { timeoutMs: 0 })).toThrow('timeoutMs')
  })
})
