/**
 * What once let an order pass that it should not have, or held one back for nothing. The numbers are those of the list of
 * bugs (F) and weaknesses (W) of the system this one descends from.
 */
import {
  createActionBudget,
  createMarketData,
  createRiskGates,
  type ExecutorOptions,
  type GateContext,
  type Intent,
  type StandardGatesOptions,
  standardGates,
} from 'hip3-executor'
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

const gatesWith = (options: Partial<StandardGatesOptions> = {}): ExecutorOptions['gates'] =>
  standardGates({
    maxNotionalPerMarket: '1000000',
    maxNotionalTotal: '10000000',
    maxConcurrentPositions: 50,
    singleEntry: false,
    ...options,
  } as StandardGatesOptions)

const exit = (overrides: Partial<Intent> = {}): Intent =>
  buy({ side: 'sell', price: '170', reduceOnly: true, ...overrides })
const resting = (overrides: Partial<Intent> = {}): Intent => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const tesla = (overrides: Partial<Intent> = {}): Intent => buy({ market: TSLA, price: '402', ...overrides })

const answers = ({ executor }: Harness, ...intents: readonly Intent[]): readonly string[] =>
  executor.submitMany(intents).map((one) => (one.status === 'denied' ? one.reason : one.current().size.toFixed()))

const onExchange = ({ exchange }: Harness): number =>
  exchange.record.orders.filter(({ account }) => account === ACCOUNT).length

describe('the budget', () => {
  it('F-01: lets out what it says across the edge of its window, however many ask in one turn', async () => {
    const budget = createActionBudget({ maxActions: 3, windowMs: 1_000 })
    const harness = await createStarted({ budget })
    const burst = Array.from({ length: 10 }, () => resting())
    await harness.pass(900)
    answers(harness, ...burst)
    await harness.pass(200)
    answers(harness, ...burst)
    await harness.settle()
    expect(onExchange(harness)).toBe(3)
    await harness.pass(800)
    answers(harness, ...burst)
    await harness.settle()
    expect(onExchange(harness)).toBe(6)
  })

  it('W-20: costs nothing for an order that never leaves, in any gate that counts', async () => {
    const budget = createActionBudget({ maxActions: 2, windowMs: 60_000 })
    const gates = gatesWith({ burstSignal: { maxSignals: 2 } })
    const harness = await createStarted({ budget, gates, queue: { capacity: { new: 1 }, newOrderSpacingMs: 0 } })
    expect(answers(harness, resting(), resting(), resting())).toEqual(['1', 'QUEUE_FULL', 'QUEUE_FULL'])
    await harness.settle()
    expect(answers(harness, resting(), resting())).toEqual(['1', 'BURST_SIGNAL'])
    expect(harness.executor.budget().remaining).toBe(0)
  })

  it('W-21: of the venue counts every frame and every unanswered post, over connections, and forgets no minute', async () => {
    const harness = await createStarted()
    /** With the next post everything before it is counted. */
    async function expectCounted(): Promise<void> {
      const before = harness.written.length
      answers(harness, resting())
      await harness.settle()
      expect(harness.executor.budget().venue.messages.used).toBe(before)
    }
    await expectCounted()
    const before = harness.written.length
    await harness.pass(30_000)
    expect(harness.written.slice(before).some((text) => text.includes('ping'))).toBe(true)
    await expectCounted()
    harness.toExecutor = (text) => !text.includes('"type":"order"')
    await expectCounted()
    expect(harness.executor.budget().venue.posts.used).toBe(1)
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    harness.toExecutor = () => true
    await expectCounted()
    await harness.pass(10_000)
    expect(harness.executor.budget().venue.posts.used).toBe(0)
  })
})

describe('the kill switch', () => {
  it('F-11: cannot be left out: not of a list of gates, and not of an executor', async () => {
    const view: Omit<GateContext, 'now' | 'hardStop'> = {
      marketData: createMarketData(),
    } as unknown as Omit<GateContext, 'now' | 'hardStop'>
    // @ts-expect-error the kill switch is missing
    createRiskGates([], view)
    const harness = await createStarted({ gates: [] })
    expect(harness.executor.describeGates()[0]?.id).toBe('hardStop')
    harness.executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(answers(harness, buy())).toEqual(['HARD_STOP'])
  })
})

describe('the limits of what is at stake', () => {
  it('F-26: count what is pending, each market at its own mark', async () => {
    // NVDA at 176, TSLA at 400: 177 and 402 are 579; one more NVDA is 756.
    const harness = await createStarted({ gates: gatesWith({ maxNotionalTotal: '756' }) })
    expect(answers(harness, buy(), tesla(), buy(), buy({ size: '0.9' }))).toEqual([
      ...['1', '1', 'MAX_POSITION_TOTAL', '0.9'],
    ])
  })

  it('F-27: deny everywhere when the price of one market at stake is missing', async () => {
    const harness = await createStarted({ gates: gatesWith(), maxMarkAgeMs: 3_000 })
    await accepted(harness.executor.submit(tesla())).outcome
    harness.toExecutor = (text) => !(text.includes('"activeAssetCtx"') && text.includes(TSLA))
    await harness.pass(5_000)
    expect(harness.executor.submit(buy())).toMatchObject({
      reason: 'MARKET_DATA_UNAVAILABLE',
      gate: 'maxPositionTotal',
      value: `none for ${TSLA}`,
    })
    expect(answers(harness, exit({ market: TSLA, price: '395' }))).toEqual(['1'])
  })

  it.each<[string, Partial<StandardGatesOptions>, Partial<StandardGatesOptions>, Intent, unknown]>([
    ['maxNotionalPerMarket', { maxNotionalPerMarket: '177' }, { maxNotionalPerMarket: '100' }, buy(), '0.564'],
    ['maxNotionalTotal', { maxNotionalTotal: '177.1' }, { maxNotionalTotal: '177' }, buy(), 'MAX_POSITION_TOTAL'],
    ['maxOrderNotional', { maxOrderNotional: '177' }, { maxOrderNotional: '176.99' }, buy(), 'MAX_ORDER_NOTIONAL'],
    ['maxAccountShare', { maxAccountShare: '0.1' }, { maxAccountShare: '0.0001' }, buy(), '0.564'],
  ])('F-28: follow their configuration: %s', async (_, wide, narrow, intent, expected) => {
    expect(answers(await createStarted({ gates: gatesWith(wide) }), intent)).toEqual(['1'])
    expect(answers(await createStarted({ gates: gatesWith(narrow) }), intent)).toEqual([expected])
  })

  it('W-24: end at the venue’s own minimum, which is looked at again after scaling to the lot', async () => {
    const harness = await createStarted({ gates: gatesWith({ maxNotionalPerMarket: '186.9' }) })
    // A lot is 0.001: 9.9 of the limit are left after the first, and no order is worth sending.
    expect(answers(harness, buy(), buy(), buy({ size: '0.05' }))).toEqual([
      ...['1', 'MAX_POSITION_PER_MARKET', 'BELOW_MINIMUM_VALUE'],
    ])
    await harness.settle()
    expect(onExchange(harness)).toBe(1)
  })

  it('W-24: say which gate it was, the limit and what there was instead', async () => {
    const harness = await createStarted({ gates: gatesWith({ maxNotionalPerMarket: '177' }) })
    answers(harness, buy())
    expect(harness.executor.submit(buy())).toEqual({
      status: 'denied',
      benign: false,
      gate: 'maxPositionPerMarket',
      reason: 'MAX_POSITION_PER_MARKET',
      limit: '177',
      value: '177',
    })
  })
})

describe('an order that is worth nothing', () => {
  it.each([
    ['F-45: below the venue’s minimum', { size: '0.05' }, 'BELOW_MINIMUM_VALUE'],
    ['F-46: of no lot', { size: '0.0009' }, 'SIZE_TOO_SMALL'],
    ['F-46: a way out of no lot', { size: '0.0009', side: 'sell', reduceOnly: true } as const, 'SIZE_TOO_SMALL'],
  ])('%s never leaves', async (_, overrides, reason) => {
    const harness = await createStarted()
    expect(answers(harness, buy(overrides))).toEqual([reason])
    await harness.settle()
    expect(harness.actions()).toEqual([])
  })
})

describe('what a session remembers', () => {
  it('F-50: begins with the session: what was lost before counts in no gate and no monitor', async () => {
    const earlier = await createStarted()
    for (let n = 0; n < 3; n++) {
      await accepted(earlier.executor.submit(buy())).outcome
      await accepted(earlier.executor.submit(exit())).outcome
    }
    await earlier.executor.close()
    await earlier.pass(100)
    const gates = gatesWith({ maxDrawdown: { maxLoss: '0.01' }, tiltGuard: { losses: 1 }, reEntryDelay: {} })
    const harness = createHarness({ gates, riskMonitor: { maxLoss: '0.01' } }, earlier)
    await harness.executor.start()
    await harness.pass(1_000)
    expect(harness.executor.risk().netPnl.toFixed()).toBe('0')
    expect(answers(harness, buy())).toEqual(['1'])
  })

  it('F-51: is what was sent: signals that another gate denied are none', async () => {
    const gates = gatesWith({ burstSignal: { maxSignals: 1 }, maxOrderNotional: '200' })
    const harness = await createStarted({ gates })
    const tooLarge = Array.from({ length: 5 }, () => buy({ size: '2' }))
    expect(new Set(answers(harness, ...tooLarge))).toEqual(new Set(['MAX_ORDER_NOTIONAL']))
    expect(answers(harness, buy(), buy())).toEqual(['1', 'BURST_SIGNAL'])
  })

  it('W-37: knows a loss by its fees, and forgets it by its own hour', async () => {
    const gates = gatesWith({ maxDrawdown: { maxLoss: '0.1', windowMs: 10_000 } })
    const harness = await createStarted({ gates })
    harness.exchange.market(NVDA).setBook({ bids: [['176', '50']], asks: [['176.01', '50']] })
    await accepted(harness.executor.submit(buy({ size: '10' }))).outcome
    await accepted(harness.executor.submit(exit({ size: '10' }))).outcome
    // A cent a coin was lost to the book, and more than that to fees.
    expect(answers(harness, buy())).toEqual(['MAX_DRAWDOWN'])
    await harness.pass(10_000)
    expect(answers(harness, buy())).toEqual(['1'])
  })
})

describe('one market', () => {
  it('W-50: that is halted or unreadable stops itself alone', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    harness.executor.halt(NVDA, 'auction')
    expect(answers(harness, buy(), tesla())).toEqual(['HALTED', '1'])
    harness.executor.resume(NVDA)
    harness.inject(JSON.stringify({ channel: 'activeAssetCtx', data: { coin: NVDA, ctx: { markPx: 'NaN' } } }))
    expect(answers(harness, buy(), tesla())).toEqual(['MARKET_DATA_UNAVAILABLE', '1'])
  })

  it('W-38: without a best bid is no market at a price of zero: nothing new, and the way out stays', async () => {
    const harness = await createStarted({ gates: gatesWith({ market: {} }) })
    const short = accepted(harness.executor.submit(buy({ side: 'sell', price: '176' })))
    await harness.settle()
    expect(await outcomeNow(short)).toMatchObject({ status: 'filled' })
    harness.exchange.market(NVDA).setBook({ bids: [], asks: [['177', '5']] })
    await harness.settle()
    expect(answers(harness, buy({ side: 'sell', price: '176' }))).toEqual(['BOOK_UNUSABLE'])
    const out = accepted(harness.executor.submit(buy({ price: '177', reduceOnly: true })))
    await harness.settle()
    expect(await outcomeNow(out)).toMatchObject({ status: 'filled' })
  })
})
