import { type ExecutorOptions, type StandardGatesOptions, standardGates } from 'hip3-executor'
import { createManualClock, createSimExchange } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, AGENT, accepted, buy, createHarness, type Harness, NVDA, TSLA } from '../helpers/harness.js'

const LIMITS = {
  maxNotionalPerMarket: '1000000',
  maxNotionalTotal: '10000000',
  maxConcurrentPositions: 50,
  singleEntry: false,
}
const gates = (options: Partial<StandardGatesOptions>): ExecutorOptions['gates'] =>
  standardGates({ ...LIMITS, ...options } as StandardGatesOptions)

/** Nothing but one gate of the market, so that no other one answers first. */
const ONLY = {
  maxBboAgeMs: false,
  maxContextAgeMs: false,
  timeRegression: false,
  maxMarkMidDivergenceBps: false,
  spreadShock: false,
  openInterestCap: false,
} as const

async function started(
  options: Partial<StandardGatesOptions>,
  executor: Partial<ExecutorOptions> = {},
): Promise<Harness> {
  const harness = createHarness({ gates: gates(options), ...executor })
  await harness.executor.start()
  return harness
}

const judge = ({ executor }: Harness, overrides = {}): string => {
  const submission = executor.submit(buy(overrides))
  return submission.status === 'denied' ? submission.reason : submission.current().size.toFixed()
}

const subscribed = ({ exchange }: Harness): readonly unknown[] =>
  exchange.record.requests
    .filter(({ kind }) => kind === 'subscribe')
    .map(({ payload }) => (payload as { type: string }).type)

const asked = ({ exchange }: Harness, type: string): number =>
  exchange.record.requests.filter(({ payload }) => (payload as { type?: string }).type === type).length

describe('the best prices', () => {
  it('are subscribed only when a gate looks at them', async () => {
    expect(subscribed(await started({}))).not.toContain('bbo')
    expect(subscribed(await started({ market: ONLY }))).not.toContain('bbo')
    const harness = await started({ market: {} })
    expect(subscribed(harness).filter((type) => type === 'bbo')).toHaveLength(2)
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    expect(subscribed(harness).filter((type) => type === 'bbo')).toHaveLength(4)
  })

  it('let an order pass that comes into a market as it should be', async () => {
    const harness = await started({ market: { maxMarkMidDivergenceBps: '100' } })
    expect(judge(harness)).toBe('1')
  })

  it('with one side only deny new orders at once, and no way out', async () => {
    const harness = await started({ market: { ...ONLY, maxBboAgeMs: 60_000 } })
    const bought = accepted(harness.executor.submit(buy()))
    await harness.settle()
    expect(bought.current().status).toBe('filled')
    harness.exchange.market(NVDA).setBook({ bids: [['170', '5']], asks: [] })
    await harness.settle()
    expect(judge(harness)).toBe('BOOK_UNUSABLE')
    expect(judge(harness, { market: TSLA, price: '404' })).toBe('1')
    const exit = accepted(harness.executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true })))
    await harness.settle()
    expect(exit.current().status).toBe('filled')
  })

  it('are stale when neither they nor their confirmation come, and fresh for as long as the venue confirms them (F-59)', async () => {
    const harness = await started({ market: { ...ONLY, maxBboAgeMs: 4_000 } })
    await harness.pass(30_000)
    expect(judge(harness, { price: '170' })).toBe('1')
    harness.toExecutor = (text) => !text.includes('activeAssetCtx') && !text.includes('"bbo"')
    await harness.pass(4_001)
    expect(judge(harness, { price: '170' })).toBe('MARKET_DATA_UNAVAILABLE')
  })

  it('that make no sense are told, and deny new orders until there is a book again', async () => {
    const harness = await started({ market: { ...ONLY, spreadShock: {} } })
    const heard: unknown[] = []
    harness.executor.on('malformed', (event) => heard.push(event))
    for (const px of ['0', '-1', 'NaN', '9'.repeat(30)]) {
      const bbo = [{ px, sz: '1', n: 1 }, null]
      harness.inject(JSON.stringify({ channel: 'bbo', data: { coin: NVDA, time: harness.clock.now(), bbo } }))
    }
    expect(heard).toEqual(Array.from({ length: 4 }, () => ({ source: 'bbo', count: 1 })))
    expect(judge(harness, { price: '170' })).toBe('BOOK_UNUSABLE')
    harness.exchange.market(NVDA).setBook({ bids: [['176.18', '5']], asks: [['176.22', '5']] })
    await harness.settle()
    expect(judge(harness, { price: '170' })).toBe('1')
  })

  it('far apart make an order smaller, and further apart deny it', async () => {
    const harness = await started({ market: { ...ONLY, spreadShock: {} } })
    const around = (bid: string, ask: string): void => {
      harness.exchange.market(NVDA).setBook({ bids: [[bid, '50']], asks: [[ask, '50']] })
    }
    around('176.1', '176.2')
    // Long enough for this to be the usual spread.
    await harness.pass(300_000)
    expect(judge(harness, { price: '170' })).toBe('1')
    around('175.9', '176.3')
    await harness.settle()
    expect(judge(harness, { price: '170' })).toBe('0.2')
    around('170', '180')
    await harness.settle()
    expect(judge(harness, { price: '160' })).toBe('SPREAD_SHOCK')
  })
})

describe('the cap on open interest', () => {
  it('is known from the start, and denies at it', async () => {
    const harness = await started({ market: { ...ONLY, openInterestCap: true } })
    expect(judge(harness, { price: '170' })).toBe('1')
    harness.exchange.market(NVDA).setOpenInterest('100000000')
    await harness.settle()
    expect(judge(harness, { price: '170' })).toBe('OPEN_INTEREST_CAPPED')
  })

  it('is read again with the markets', async () => {
    const harness = await started({ market: { ...ONLY, openInterestCap: true } }, { refreshMarketsEveryMs: 60_000 })
    harness.exchange.market(NVDA).setOpenInterestCap('1')
    await harness.pass(60_000)
    expect(judge(harness, { price: '170' })).toBe('OPEN_INTEREST_CAPPED')
  })
})

describe('the part of the account that a market may hold', () => {
  async function startedWith(mode: 'unifiedAccount' | 'disabled', deposit: string): Promise<Harness> {
    const clock = createManualClock()
    const exchange = createSimExchange({ clock, verifySignatures: false })
    const account = exchange.account(ACCOUNT).setMode(mode)
    account.deposit(deposit, { dex: mode === 'disabled' ? 'xyz' : '' }).approveAgent(AGENT, { name: 'test' })
    const harness = createHarness({ gates: gates({ maxAccountShare: '0.5' }) }, { clock, exchange })
    await harness.executor.start()
    return harness
  }

  it.each(['unifiedAccount', 'disabled'] as const)(
    'follows what the account is worth, with a balance that is %s',
    async (mode) => {
      const harness = await startedWith(mode, '1770')
      expect(judge(harness, { size: '5' })).toBe('5')
      await harness.settle()
      expect(judge(harness, { size: '1' })).toBe('MAX_ACCOUNT_SHARE')
      harness.exchange.account(ACCOUNT).deposit('1770', { dex: mode === 'disabled' ? 'xyz' : '' })
      await harness.pass(60_000)
      expect(Number(judge(harness, { size: '10' }))).toBeGreaterThan(4)
    },
  )

  it('is nothing while the balance is not known, and while it is none (W-24, F-39)', async () => {
    const harness = await startedWith('disabled', '1000')
    harness.toExecutor = (text) => !text.includes('userAbstraction')
    expect(judge(harness, { price: '170' })).toBe('1')
    await harness.pass(150_001)
    expect(judge(harness, { price: '170' })).toBe('BALANCE_UNKNOWN')
    harness.toExecutor = () => true
    await harness.pass(70_000)
    expect(judge(harness, { price: '170' })).toBe('1')
  })

  it('is not asked about where no gate needs it', async () => {
    const harness = await started({})
    const atTheStart = asked(harness, 'userAbstraction')
    await harness.pass(120_000)
    expect(asked(harness, 'userAbstraction')).toBe(atTheStart)
  })
})

describe('times of the week', () => {
  it('are those of the venue: UTC, and by its clock', async () => {
    // The clock of the test begins on a Thursday at midnight.
    const harness = await started({ market: { ...ONLY, blackouts: [{ from: 'Thu 01:00', to: 'Thu 02:00' }] } })
    expect(judge(harness, { price: '170' })).toBe('1')
    await harness.pass(3_600_000)
    expect(judge(harness, { price: '170' })).toBe('BLACKOUT')
    await harness.pass(3_600_000)
    expect(judge(harness, { price: '170' })).toBe('1')
  })
})

describe('the worth of one order', () => {
  it('is limited at the worse of mark and limit price', async () => {
    const harness = await started({ maxOrderNotional: '1000' })
    expect(judge(harness, { price: '170', size: '5' })).toBe('5')
    expect(judge(harness, { price: '200', size: '5.001' })).toBe('MAX_ORDER_NOTIONAL')
    expect(judge(harness, { price: '170', size: '6' })).toBe('MAX_ORDER_NOTIONAL')
  })
})
