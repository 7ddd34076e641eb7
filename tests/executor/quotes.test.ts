import {
  createMemoryJournal,
  type ExecutorOptions,
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
    maxNotionalPerMarket: '500',
    maxNotionalTotal: '1500',
    maxConcurrentPositions: 2,
    ...options,
  } as StandardGatesOptions)

const bid = (overrides: Partial<Intent> = {}): Intent =>
  buy({ kind: 'quote', timeInForce: 'alo', price: '170', ...overrides })
const ask = (overrides: Partial<Intent> = {}): Intent => bid({ side: 'sell', price: '180', ...overrides })

const answers = ({ executor }: Harness, ...intents: readonly Intent[]): readonly string[] =>
  executor.submitMany(intents).map((one) => (one.status === 'denied' ? one.reason : one.current().size.toFixed()))

/** What rests on the exchange, by its own account. */
const resting = ({ exchange }: Harness): readonly string[] =>
  exchange
    .account(ACCOUNT)
    .openOrders()
    .map(({ side, remaining, price }) => `${side} ${remaining} at ${price}`)

describe('quotes', () => {
  it('stand beside each other on both sides and several levels, in one turn, where entries stand alone', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    expect(answers(harness, bid(), bid({ price: '169' }), ask(), ask({ price: '181' }))).toEqual(['1', '1', '1', '1'])
    await harness.settle()
    expect(resting(harness)).toEqual(['buy 1 at 170', 'buy 1 at 169', 'sell 1 at 180', 'sell 1 at 181'])
    expect(answers(harness, buy())).toEqual(['PENDING_ORDER_EXISTS'])
  })

  it('count in every limit by the worst of their two directions, each judged alone (W-25)', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    // 500 a side: two whole bids and what is left of the third; asks have a side of their own.
    expect(answers(harness, bid(), bid(), bid(), bid(), ask(), ask(), ask())).toEqual([
      ...['1', '1', '0.837', 'MAX_POSITION_PER_MARKET'],
      ...['1', '1', '0.777'],
    ])
    const other = { market: TSLA, size: '1' }
    // 500 of 1500 are used, the market at its worst side; then another market is, and no third may be begun.
    expect(answers(harness, bid({ ...other, price: '390' }), ask({ ...other, price: '410' }))).toEqual(['1', '1'])
    await harness.settle()
    expect(resting(harness)).toHaveLength(8)
  })

  it('count against entries, and entries against them', async () => {
    const harness = await createStarted({ gates: gatesWith({ maxConcurrentPositions: 1 } as StandardGatesOptions) })
    expect(answers(harness, bid(), bid({ market: TSLA, price: '390' }), buy({ market: TSLA, price: '401' }))).toEqual([
      '1',
      'MAX_CONCURRENT_POSITIONS',
      'MAX_CONCURRENT_POSITIONS',
    ])
  })

  it('stand beside a position, and fill up what their side of it leaves', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    await accepted(harness.executor.submit(buy({ size: '2' }))).outcome
    expect(answers(harness, bid(), ask({ size: '9' }))).toEqual(['0.837', '2.777'])
  })

  it('are not taken for signals: neither a burst, nor a losing streak, nor a close holds them back', async () => {
    const harness = await createStarted({
      gates: gatesWith({ burstSignal: { maxSignals: 1 }, reEntryDelay: {}, tiltGuard: { losses: 1 } }),
    })
    await accepted(harness.executor.submit(buy())).outcome
    await accepted(harness.executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true }))).outcome
    expect(answers(harness, buy(), bid(), bid())).toEqual(['BURST_SIGNAL', '1', '1'])
  })

  it('stop with the kill switch and with a drawdown, and their cancels and exits do not (W-25)', async () => {
    const harness = await createStarted({ gates: gatesWith({ maxDrawdown: { maxLoss: '0.01' } }) })
    const { executor, exchange, settle } = harness
    const kept = [bid(), bid({ price: '169' }), ask()].map((one) => accepted(executor.submit(one)))
    await accepted(executor.submit(buy({ market: TSLA, price: '401' }))).outcome
    const exit = { market: TSLA, side: 'sell', price: '395', reduceOnly: true, size: '0.5' } as const
    await accepted(executor.submit(buy(exit))).outcome
    expect(answers(harness, bid(), ask())).toEqual(['MAX_DRAWDOWN', 'MAX_DRAWDOWN'])
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    const canceled = kept.map(({ clientOrderId }) => executor.cancel(clientOrderId))
    expect(answers(harness, bid(), ask(), buy(exit))).toEqual(['HARD_STOP', 'HARD_STOP', '0.5'])
    await settle()
    expect(await Promise.all(canceled)).toEqual([1, 2, 3].map(() => ({ status: 'canceled' })))
    expect(resting(harness)).toEqual([])
    expect(exchange.record.position(ACCOUNT, TSLA)?.size).toBe('0')
  })

  it('are held back while their market is being closed', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    await accepted(harness.executor.submit(buy())).outcome
    const closed = harness.executor.closePosition(NVDA)
    expect(answers(harness, bid(), bid({ market: TSLA, price: '390' }))).toEqual(['FLATTEN_IN_PROGRESS', '1'])
    expect(await closed).toEqual({ status: 'flat' })
    expect(answers(harness, bid())).toEqual(['1'])
  })

  it('are replaced by quotes, beside others', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    const { executor, settle } = harness
    const [, , third] = [bid(), bid({ price: '169' }), ask()].map((one) => accepted(executor.submit(one)))
    await settle()
    const moved = accepted(executor.modify(third?.clientOrderId ?? 0, { price: '181' }))
    expect(moved.current().kind).toBe('quote')
    await settle()
    expect([...resting(harness)].sort()).toEqual(['buy 1 at 169', 'buy 1 at 170', 'sell 1 at 181'])
  })

  it('that fill in part rest on with what is left of them (W-25)', async () => {
    const harness = await createStarted({ gates: gatesWith() })
    const { executor, exchange, settle } = harness
    const quote = accepted(executor.submit(bid({ size: '2' })))
    await settle()
    exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await settle()
    expect(quote.current()).toMatchObject({ status: 'partiallyFilled', kind: 'quote' })
    expect(executor.openOrders().map(({ remainingSize }) => remainingSize.toFixed())).toEqual(['1.5'])
    expect(answers(harness, bid())).toEqual(['0.837'])
  })

  it('that would have matched are over, make room again, and stop nobody', async () => {
    const harness = await createStarted({ gates: gatesWith(), riskMonitor: { maxRejectsPerHour: 1 } })
    const { executor, settle } = harness
    for (let n = 0; n < 5; n++) {
      const quote = accepted(executor.submit(bid({ price: '178', size: '2' })))
      await settle()
      expect(await outcomeNow(quote)).toMatchObject({ status: 'rejected', reason: 'POST_ONLY_WOULD_MATCH' })
    }
    expect(executor.openOrders()).toEqual([])
    expect(executor.risk().rejectsLastHour).toBe(0)
    for (let n = 0; n < 2; n++) await accepted(executor.submit(buy({ timeInForce: 'alo', price: '178' }))).outcome
    expect(executor.hardStop.state).toMatchObject({ triggered: true, cause: 'risk' })
  })

  it('are still quotes after a restart', async () => {
    const journal = createMemoryJournal()
    const first = await createStarted({ gates: gatesWith(), journal })
    for (const one of [bid(), ask()]) accepted(first.executor.submit(one))
    await first.settle()
    first.kill()
    await first.pass(100)
    const harness = createHarness({ gates: gatesWith(), journal: createMemoryJournal(journal.records) }, first)
    await harness.executor.start()
    const [known] = harness.executor.openOrders()
    expect(known).toMatchObject({ kind: 'quote', isExternal: false })
    expect(harness.executor.modify(known?.clientOrderId ?? 0, { price: '169' }).status).toBe('accepted')
  })
})
