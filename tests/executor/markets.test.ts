import { createMemoryJournal, type ExecutorOptions, type MemoryJournal } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
  outcomeNow,
  TSLA,
} from '../helpers/harness.js'
import { relist } from '../helpers/venue.js'

const EVERY = { refreshMarketsEveryMs: 10_000 }
const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

function judge({ executor }: Pick<Harness, 'executor'>, overrides = {}): string {
  const submission = executor.submit(resting(overrides))
  return submission.status === 'denied' ? submission.reason : submission.current().size.toFixed()
}

const heardBy = ({ executor }: Pick<Harness, 'executor'>): unknown[] => {
  const heard: unknown[] = []
  executor.on('marketChanged', (event) => heard.push(event))
  return heard
}

const ofMarket = ({ executor }: Pick<Harness, 'executor'>, name = NVDA): readonly string[] =>
  executor
    .readiness()
    .markets.find(({ market }) => market === name)
    ?.missing.map(({ condition, detail }) => `${condition}: ${detail}`) ?? []

const asked = ({ exchange }: Harness, type: string): number =>
  exchange.record.requests.filter(({ payload }) => (payload as { type?: string }).type === type).length

/** An executor on a market with another lot than the one it was built on. */
async function changed(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await createStarted({ ...EVERY, ...options })
  relist(harness, NVDA, { szDecimals: 1 })
  await harness.pass(10_000)
  expect(judge(harness)).toBe('MARKET_CHANGED')
  return harness
}

describe('a market that changes', () => {
  it('takes no new order from the next look on, which every new connection takes', async () => {
    const harness = await createStarted()
    const heard = heardBy(harness)
    harness.exchange.market(TSLA).delist()
    expect(judge(harness, { market: TSLA, price: '395' })).toBe('1')
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    expect(heard).toEqual([{ market: TSLA, change: 'delisted' }])
    expect(judge(harness, { market: TSLA, price: '395' })).toBe('MARKET_CHANGED')
    expect(ofMarket(harness, TSLA)).toEqual(['unchanged: delisted'])
    expect(judge(harness)).toBe('1')
  })

  it.each([
    ['lot', { szDecimals: 1 }, 'szDecimals 3, now 1'],
    ['leverage', { maxLeverage: 3 }, 'maxLeverage 10, now 3'],
    ['margin mode', { marginMode: 'noCross' }, 'marginMode strictIsolated, now noCross'],
    ['lot and leverage', { szDecimals: 1, maxLeverage: 3 }, 'szDecimals 3, now 1; maxLeverage 10, now 3'],
  ])('in its %s is told with both, and others trade on', async (_, fields, change) => {
    const harness = await createStarted(EVERY)
    const heard = heardBy(harness)
    relist(harness, NVDA, fields)
    await harness.pass(10_000)
    expect(heard).toEqual([{ market: NVDA, change }])
    expect(harness.executor.submit(resting())).toMatchObject({ gate: 'marketChange', value: change })
    expect(judge(harness, { market: TSLA, price: '395' })).toBe('1')
    await harness.pass(30_000)
    expect(heard).toHaveLength(1)
  })

  it('stays so when it is back as it was, until somebody has looked', async () => {
    const harness = await createStarted(EVERY)
    const undo = relist(harness, NVDA, { szDecimals: 1 })
    await harness.pass(10_000)
    undo()
    await harness.pass(10_000)
    expect(judge(harness)).toBe('MARKET_CHANGED')
    const heard = heardBy(harness)
    expect(await harness.executor.acknowledgeMarket(NVDA)).toMatchObject({ szDecimals: 3 })
    expect(heard).toEqual([{ market: NVDA }])
    expect(judge(harness)).toBe('1')
  })

  it('takes what is queued in it out of the queue', async () => {
    const harness = await createStarted({ ...EVERY, queue: { newOrderSpacingMs: 2_000 }, maxQueueMs: 20_000 })
    accepted(harness.executor.submit(resting()))
    await harness.pass(9_000)
    accepted(harness.executor.submit(resting({ market: TSLA, price: '395' })))
    await harness.settle()
    const queued = accepted(harness.executor.submit(resting()))
    relist(harness, NVDA, { szDecimals: 1 })
    await harness.pass(1_000)
    expect(await outcomeNow(queued)).toMatchObject({ status: 'denied', reason: 'MARKET_CHANGED' })
  })

  it('is left by its new lot at once', async () => {
    const harness = await createStarted(EVERY)
    await accepted(harness.executor.submit(buy({ size: '1' }))).outcome
    relist(harness, NVDA, { szDecimals: 0 })
    await harness.pass(10_000)
    const exit = accepted(harness.executor.submit(buy({ side: 'sell', price: '170', size: '1', reduceOnly: true })))
    expect(exit.current().size.toFixed()).toBe('1')
    expect(harness.executor.submit(buy({ side: 'sell', price: '170', size: '0.9', reduceOnly: true }))).toMatchObject({
      reason: 'SIZE_TOO_SMALL',
    })
    await harness.settle()
    expect(await outcomeNow(exit)).toMatchObject({ status: 'filled' })
  })

  it('is not looked for when one does not want it, but on a new connection', async () => {
    const harness = await createStarted({ refreshMarketsEveryMs: 0 })
    await harness.pass(3_600_000)
    expect(asked(harness, 'meta')).toBe(1)
    expect(harness.executor.readiness().ready).toBe(true)
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    expect(asked(harness, 'meta')).toBe(2)
  })
})

describe('acknowledging a change', () => {
  it('lets new orders go by the new lot', async () => {
    const harness = await changed()
    expect(await harness.executor.acknowledgeMarket(NVDA)).toMatchObject({ name: NVDA, szDecimals: 1 })
    expect(ofMarket(harness)).toEqual([])
    expect(judge(harness, { size: '1.234' })).toBe('1.2')
    await harness.pass(30_000)
    expect(judge(harness)).toBe('1')
  })

  it('waits for the orders that were built on the old one', async () => {
    const harness = await createStarted(EVERY)
    const old = accepted(harness.executor.submit(resting()))
    await old.acknowledged
    relist(harness, NVDA, { szDecimals: 1 })
    await harness.pass(10_000)
    await expect(harness.executor.acknowledgeMarket(NVDA)).rejects.toMatchObject({ code: 'MARKET_IN_USE' })
    expect(await harness.executor.cancel(old.clientOrderId)).toEqual({ status: 'canceled' })
    await old.outcome
    await harness.executor.acknowledgeMarket(NVDA)
    expect(judge(harness)).toBe('1')
  })

  it('does not wait for orders that are as good as before', async () => {
    const harness = await createStarted(EVERY)
    await accepted(harness.executor.submit(resting())).acknowledged
    relist(harness, NVDA, { maxLeverage: 3 })
    await harness.pass(10_000)
    expect(await harness.executor.acknowledgeMarket(NVDA)).toMatchObject({ maxLeverage: 3 })
    expect(judge(harness)).toBe('1')
  })

  it.each([
    ['delisted', { isDelisted: true }, 'xyz:NVDA: delisted'],
    ['gone', { name: 'xyz:NVDA2' }, 'xyz:NVDA: not listed on dex "xyz"'],
  ])('is refused when the market is %s', async (_, fields, message) => {
    const harness = await createStarted(EVERY)
    relist(harness, NVDA, fields)
    await harness.pass(10_000)
    await expect(harness.executor.acknowledgeMarket(NVDA)).rejects.toMatchObject({ code: 'UNKNOWN_MARKET', message })
    expect(judge(harness)).toBe('MARKET_CHANGED')
  })

  it('is refused when it is another market by the same name: another id, or another collateral', async () => {
    const harness = await createStarted(EVERY)
    harness.toExecutor = (text) => {
      if (!text.includes('"universe"') || text.includes('"collateralToken":1')) return true
      harness.inject(text.replaceAll('"collateralToken":0', '"collateralToken":1'))
      return false
    }
    await harness.pass(10_000)
    await expect(harness.executor.acknowledgeMarket(NVDA)).rejects.toMatchObject({
      code: 'UNKNOWN_MARKET',
      message: 'xyz:NVDA is another market now: collateralToken 0, now 1',
    })
  })

  it('is refused when the lists cannot be read, and for a market that is not ours', async () => {
    const harness = await changed()
    harness.toExecutor = (text) => !text.includes('"type":"allPerpMetas"')
    const refused = expect(harness.executor.acknowledgeMarket(NVDA)).rejects.toMatchObject({ code: 'NO_ANSWER' })
    await harness.pass(10_000)
    await refused
    expect(judge(harness)).toBe('MARKET_CHANGED')
    await expect(harness.executor.acknowledgeMarket('flx:GOLD')).rejects.toThrow(RangeError)
    await expect(createHarness().executor.acknowledgeMarket(NVDA)).rejects.toThrow(RangeError)
  })

  it('looks again at the orders that came while it asked', async () => {
    const harness = await createStarted(EVERY)
    relist(harness, NVDA, { szDecimals: 1 })
    const acknowledging = expect(harness.executor.acknowledgeMarket(NVDA)).rejects.toMatchObject({
      code: 'MARKET_IN_USE',
    })
    accepted(harness.executor.submit(resting()))
    await harness.settle()
    await acknowledging
  })
})

describe('a market that its deployer halts', () => {
  it('takes no new order after the first refusal, until somebody has looked, and again after the next', async () => {
    const harness = await createStarted()
    harness.exchange.market(NVDA).halt()
    await harness.settle()
    const refused = accepted(harness.executor.submit(resting()))
    await harness.settle()
    expect(await outcomeNow(refused)).toMatchObject({ status: 'rejected', reason: 'MARKET_HALTED' })
    expect(harness.executor.submit(resting())).toMatchObject({ reason: 'MARKET_CHANGED', value: 'halted by the venue' })
    harness.exchange.market(NVDA).resume()
    await harness.executor.acknowledgeMarket(NVDA)
    expect(judge(harness)).toBe('1')
  })
})

describe('lists that cannot be read', () => {
  const DEAF: ReadonlySet<string> = new Set(['perpDexs', 'meta', 'allPerpMetas'])

  it.each([...DEAF])('for want of %s are tried again, and believed for as long as their age allows', async (type) => {
    const harness = await createStarted({ ...EVERY, maxMarketsAgeMs: 60_000 })
    await harness.pass(1_000)
    harness.toExecutor = (text) => !text.includes(`"type":"${type}"`)
    await harness.pass(58_000)
    expect(judge(harness)).toBe('1')
    await harness.pass(20_000)
    expect(harness.executor.submit(resting())).toMatchObject({
      reason: 'NOT_READY',
      value: 'listing: the markets were last read more than 60000 ms ago',
    })
    expect(harness.executor.readiness().actions).toEqual({ cancel: true, reduceOnly: true, new: false })
    harness.toExecutor = () => true
    await harness.pass(25_000)
    expect(judge(harness)).toBe('1')
  })

  it('that say two things of a market stop it', async () => {
    const harness = await createStarted(EVERY)
    harness.toExecutor = (text) => {
      if (!text.includes('"type":"allPerpMetas"') || text.includes('"szDecimals":7')) return true
      harness.inject(text.replace('"szDecimals":3,"name":"xyz:NVDA"', '"szDecimals":7,"name":"xyz:NVDA"'))
      return false
    }
    await harness.pass(10_000)
    expect(harness.executor.submit(resting())).toMatchObject({
      reason: 'MARKET_CHANGED',
      value: "the venue's lists disagree: szDecimals 3 and 7",
    })
    expect(judge(harness, { market: TSLA, price: '395' })).toBe('1')
  })
})

describe('a restart with a journal', () => {
  async function restarted(
    run: Harness,
    journal: MemoryJournal,
    spoil: (next: Harness) => void,
    options: Partial<ExecutorOptions> = {},
  ): Promise<Harness> {
    run.kill()
    run.clock.advance(3_600_000)
    const next = createHarness({ ...EVERY, journal: createMemoryJournal(journal.records), ...options }, run)
    spoil(next)
    await next.executor.start()
    return next
  }

  it('notices what changed while nobody looked, and takes no new order in it', async () => {
    const journal = createMemoryJournal()
    const run = await createStarted({ ...EVERY, journal })
    const next = await restarted(run, journal, (harness) => relist(harness, NVDA, { szDecimals: 1 }))
    expect(judge(next)).toBe('MARKET_CHANGED')
    expect(ofMarket(next)).toEqual(['unchanged: szDecimals 3, now 1'])
    expect(judge(next, { market: TSLA, price: '395' })).toBe('1')
    await next.executor.acknowledgeMarket(NVDA)
    expect(judge(next)).toBe('1')
  })

  it('does not ask again about what was acknowledged', async () => {
    const journal = createMemoryJournal()
    const run = await changed({ journal })
    await run.executor.acknowledgeMarket(NVDA)
    const next = await restarted(run, journal, (harness) => relist(harness, NVDA, { szDecimals: 1 }))
    expect(judge(next)).toBe('1')
  })

  it('still knows the markets after a checkpoint, and those in which it did not trade meanwhile', async () => {
    const journal = createMemoryJournal()
    // Wants one after every record.
    const eager = Object.defineProperty(Object.create(journal), 'wantsCheckpoint', { value: true }) as MemoryJournal
    const run = await createStarted({ ...EVERY, journal: eager })
    await run.pass(2_000)
    const between = createMemoryJournal(journal.records)
    const second = await restarted(run, journal, () => {}, { markets: [TSLA], journal: between })
    await second.pass(2_000)
    const third = await restarted(second, between, (harness) => relist(harness, NVDA, { szDecimals: 1 }))
    expect(judge(third)).toBe('MARKET_CHANGED')
  })

  it('asks nothing when nothing changed', async () => {
    const journal = createMemoryJournal()
    const run = await createStarted({ ...EVERY, journal })
    const next = await restarted(run, journal, () => {})
    expect(judge(next)).toBe('1')
    expect(next.exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})
