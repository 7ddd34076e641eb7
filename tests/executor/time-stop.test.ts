import { createMemoryJournal, type TimeStopEvent } from 'hip3-executor'
import { createManualClock, createSimExchange, type ManualClock } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
  TSLA,
} from '../helpers/harness.js'
import { placeElsewhere } from '../helpers/venue.js'

const held = ({ exchange }: Harness, market = NVDA): string => exchange.record.position(ACCOUNT, market)?.size ?? '0'
const exits = ({ actions }: Harness): number =>
  actions().filter(({ type, orders }) => type === 'order' && (orders as readonly { r: boolean }[])[0]?.r === true)
    .length

function told({ executor }: Harness): TimeStopEvent[] {
  const events: TimeStopEvent[] = []
  executor.on('timeStop', (event) => events.push(event))
  return events
}

function on(clock: ManualClock): Pick<Harness, 'clock' | 'exchange'> {
  const exchange = createSimExchange({ clock, verifySignatures: false })
  exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
  return { clock, exchange }
}

async function long(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await createStarted({ timeStop: {}, ...options })
  await accepted(harness.executor.submit(buy())).outcome
  return harness
}

describe('the time stop', () => {
  it('closes a position at thirty seconds and not before, and says so', async () => {
    const harness = await long()
    const events = told(harness)
    await harness.pass(29_999)
    expect([held(harness), exits(harness)]).toEqual(['1', 0])
    await harness.pass(1)
    expect([held(harness), exits(harness)]).toEqual(['0', 1])
    expect(events).toEqual([
      { market: NVDA, heldMs: 30_000, status: 'closing' },
      { market: NVDA, heldMs: 30_000, status: 'closed' },
    ])
  })

  it('is off unless it is asked for', async () => {
    const harness = await long({ timeStop: undefined })
    await harness.pass(3_600_000)
    expect(held(harness)).toBe('1')
  })

  it('judges every position by its own age, and one that was closed and opened again anew', async () => {
    const harness = await long({ timeStop: { maxHoldMs: 20_000 } })
    const { executor } = harness
    await harness.pass(10_000)
    await accepted(executor.submit(buy({ market: TSLA, side: 'sell', price: '395' }))).outcome
    await accepted(executor.submit(buy({ side: 'sell', price: '175', reduceOnly: true }))).outcome
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    await harness.pass(19_999)
    expect([held(harness), held(harness, TSLA)]).toEqual(['2', '-1'])
    await harness.pass(1)
    expect([held(harness), held(harness, TSLA)]).toEqual(['0', '0'])
  })

  it('does not begin anew when a position is added to', async () => {
    const harness = await long()
    await harness.pass(20_000)
    await accepted(harness.executor.submit(buy())).outcome
    await harness.pass(10_000)
    expect(held(harness)).toBe('0')
  })

  it.each([-3_600_000, 3_600_000])('does not mind a wall clock that steps by %i ms (W-47)', async (stepMs) => {
    const clock = createManualClock()
    let offsetMs = 0
    const harness = createHarness({ timeStop: {}, clock: { ...clock, now: () => clock.now() + offsetMs } }, on(clock))
    await harness.executor.start()
    offsetMs = stepMs
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await harness.pass(10_000)
    offsetMs = 0
    await harness.pass(19_999)
    expect(held(harness)).toBe('1')
    await harness.pass(1)
    expect(held(harness)).toBe('0')
  })

  it('goes by the venue’s clock for what it has not seen begin', async () => {
    const harness = createHarness({ timeStop: {} })
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await harness.executor.start()
    harness.exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'] })
    placeElsewhere(harness, { market: TSLA, price: '404', tif: 'Ioc' })
    const [opened] = harness.exchange.record.fills.slice(-1)
    await harness.pass(70_000)
    // The feed was silent; the fill that the reading after a minute found says when it was.
    expect([opened?.market, held(harness, TSLA)]).toEqual([TSLA, '0'])
  })

  it('leaves other markets alone', async () => {
    const harness = await createStarted({ timeStop: {}, markets: [TSLA] })
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await harness.pass(200_000)
    expect(held(harness)).toBe('1')
  })

  it('knows the age of a position across a crash, with a journal', async () => {
    const journal = createMemoryJournal()
    const before = await long({ journal })
    await before.pass(20_000)
    before.kill()
    await journal.close()
    before.clock.advance(5_000)
    const next = createHarness({ journal, timeStop: {} }, before)
    await next.executor.start()
    await next.pass(4_999)
    expect(held(next)).toBe('1')
    await next.pass(1)
    expect(held(next)).toBe('0')
  })

  it('that fails is begun again until it works, and told once when it is overdue', async () => {
    const harness = await long({ timeStop: { overdueMs: 45_000 }, riskMonitor: false })
    const events = told(harness)
    harness.exchange.market(NVDA).clearBook()
    await harness.pass(200_000)
    expect(events.map(({ status }) => status)).toEqual(['closing', 'overdue'])
    expect(events[1]).toMatchObject({ message: expect.stringContaining('IOC_NO_MATCH') })
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(10_000)
    expect(events.map(({ status }) => status)).toEqual(['closing', 'overdue', 'closed'])
    expect(held(harness)).toBe('0')
  })

  it('that keeps failing pulls the kill switch', async () => {
    const harness = await long({ riskMonitor: { maxLoss: false, maxRejectsPerHour: false } })
    harness.exchange.market(NVDA).clearBook()
    await harness.pass(200_000)
    expect(harness.executor.hardStop.state).toMatchObject({ cause: 'risk', reason: expect.stringContaining(NVDA) })
  })

  it('joins whoever closes the market already, and whoever joins it is told with it: one exit', async () => {
    const harness = await long()
    const { executor } = harness
    await harness.pass(29_999)
    const first = executor.closePosition(NVDA)
    const passing = harness.pass(1)
    const second = executor.closePosition(NVDA)
    await passing
    expect([await first, await second]).toEqual([{ status: 'flat' }, { status: 'flat' }])
    expect(exits(harness)).toBe(1)
  })

  it('pays as much as it is told to', async () => {
    const harness = await long({ timeStop: { slippageBps: ['7'] } })
    const mark = Number(harness.exchange.market(NVDA).mark())
    await harness.pass(31_000)
    const prices = harness
      .actions()
      .flatMap(({ orders }) => orders as readonly { r: boolean; p: string }[])
      .filter(({ r }) => r)
      .map(({ p }) => Math.round((1 - Number(p) / mark) * 10_000))
    expect(prices[0]).toBe(7)
  })

  it('leaves the market to a person who has taken over', async () => {
    const harness = await long({ onHardStop: { positions: 'leave' } })
    harness.executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    harness.executor.standDown.takeOver('ada')
    await harness.pass(120_000)
    expect(held(harness)).toBe('1')
    harness.executor.hardStop.reset('ada')
    await harness.pass(1_000)
    expect(held(harness)).toBe('0')
  })

  it('ends with the executor, and leaves no timer', async () => {
    const harness = await long()
    const closing = harness.executor.close()
    await harness.pass(10_000)
    await closing
    expect(harness.clock.pendingTimers).toBe(0)
    await harness.pass(60_000)
    expect(held(harness)).toBe('1')
  })

  it.each([
    [{ maxHoldMs: 0 }, 'timeStop.maxHoldMs'],
    [{ overdueMs: Number.NaN }, 'timeStop.overdueMs'],
    [{ slippageBps: [] }, 'timeStop.slippageBps'],
    [{ slippageBps: ['-1'] }, 'timeStop.slippageBps[0]'],
  ])('is refused by name for %j', (timeStop, name) => {
    expect(() => createHarness({ timeStop })).toThrow(RangeError)
    expect(() => createHarness({ timeStop })).toThrow(name)
  })
})
