import { flattenInProgressGate } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createStarted, type Harness, type HarnessOptions, NVDA } from '../helpers/harness.js'

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

  it('of a market that is not ours is answered, and a bad policy throws', async () => {
    const { executor } = await createStarted()
    expect(await executor.closePosition('xyz:GOLD')).toMatchObject({ status: 'open' })
    expect(() => executor.closePosition(NVDA, { slippageBps: [] })).toThrow(RangeError)
    expect(() => executor.closePosition(NVDA, { slippageBps: ['-1'] })).toThrow('slippageBps[0]')
    expect(() => executor.closePosition(NVDA, { timeoutMs: 0 })).toThrow('timeoutMs')
  })
})
