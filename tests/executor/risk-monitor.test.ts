import { type Clock, createWsSender, type Intent, type Logger, type Transport } from 'hip3-executor'
import { type BookInput, createSimSocket } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  LEAVE_ALL,
  NVDA,
  QUIET,
} from '../helpers/harness.js'

const OFF = {
  maxLoss: false,
  maxConsecutiveLosses: false,
  maxFlattenFailures: false,
  maxRejectsPerHour: false,
  slippage: false,
} as const

const exit = (overrides: Partial<Intent> = {}): Intent =>
  buy({ side: 'sell', price: '170', reduceOnly: true, ...overrides })

/** Buys one at 176 and sells it at `price`. */
async function trade({ executor, exchange, settle }: Harness, price: string): Promise<void> {
  const market = exchange.market(NVDA)
  market.setBook({ bids: [], asks: [['176', '1']] })
  await accepted(executor.submit(buy())).outcome
  market.setBook({ bids: [[price, '1']], asks: [] })
  await accepted(executor.submit(exit({ price }))).outcome
  market.clearBook().seedBook('176')
  await settle()
}

const stopOf = ({ executor }: Harness): string =>
  executor.hardStop.state.triggered ? `${executor.hardStop.state.cause}: ${executor.hardStop.state.reason}` : 'none'

describe('the risk monitor of a running executor', () => {
  it('is on by default, pulls the kill switch with its numbers, and leaves the way out open', async () => {
    const harness = await createStarted({ riskMonitor: undefined })
    const { executor, exchange } = harness
    const stops: unknown[] = []
    executor.on('hardStop', (state) => stops.push(state))
    expect(executor.risk().limits.maxLoss?.toFixed()).toBe('20')
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    exchange.market(NVDA).setBook({ bids: [['150', '2']], asks: [] })
    await accepted(executor.submit(exit({ size: '1', price: '150' }))).outcome
    expect(stopOf(harness)).toMatch(/^risk: 26\.\d+ lost, more than 20 \(riskMonitor\.maxLoss\)$/)
    expect(stops).toHaveLength(1)
    expect(executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'HARD_STOP' })
    expect((await accepted(executor.submit(exit({ size: '1', price: '150' }))).outcome).status).toBe('filled')
    expect(executor.positions()).toEqual([])
  })

  it('stops in the turn of the fill: a listener of it sends no more orders', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxLoss: '1' } })
    const answers: unknown[] = []
    harness.executor.on('fill', ({ side }) => side === 'sell' && answers.push(harness.executor.submit(buy())))
    await trade(harness, '174')
    expect(answers).toMatchObject([{ reason: 'HARD_STOP' }])
  })

  it('counts round trips that lost, net of fees', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxConsecutiveLosses: 2 } })
    for (const price of ['175', '177', '176', '176']) await trade(harness, price)
    expect(stopOf(harness)).toBe('none')
    await trade(harness, '176')
    expect(stopOf(harness)).toBe('risk: 3 positions in a row lost, more than 2 (riskMonitor.maxConsecutiveLosses)')
  })

  it.each([
    ['the answer alone', ['"orderUpdates"']],
    ['both the answer and the update', []],
  ])('counts a rejected order once, told by %s', async (_, lost: readonly string[]) => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxRejectsPerHour: 2 } })
    harness.toExecutor = (text) => !lost.some((word) => text.includes(word))
    const { executor, settle } = harness
    const wouldMatch = (): Intent => buy({ timeInForce: 'alo' })
    for (let i = 0; i < 2; i++) {
      expect(await accepted(executor.submit(wouldMatch())).outcome).toMatchObject({ status: 'rejected' })
      await settle()
    }
    expect(executor.risk().rejectsLastHour).toBe(2)
    expect(stopOf(harness)).toBe('none')
    await accepted(executor.submit(wouldMatch())).outcome
    expect(stopOf(harness)).toBe('risk: 3 orders rejected within an hour, more than 2 (riskMonitor.maxRejectsPerHour)')
  })

  it('does not count orders that found nothing to match (F-44)', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxRejectsPerHour: 1 } })
    for (let i = 0; i < 5; i++) await accepted(harness.executor.submit(buy({ price: '170' }))).outcome
    expect(harness.executor.risk().rejectsLastHour).toBe(0)
    expect(stopOf(harness)).toBe('none')
  })

  it('counts the times that a position could not be closed, until it is', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxFlattenFailures: 2 } })
    const { executor, exchange, pass } = harness
    const market = exchange.market(NVDA)
    async function closeInto(bids: BookInput): Promise<string> {
      market.setBook({ bids, asks: [] })
      const closed = executor.closePosition(NVDA, { timeoutMs: 1_000 })
      await pass(2_000)
      return (await closed).status
    }
    await accepted(executor.submit(buy())).outcome
    expect([await closeInto([]), await closeInto([]), await closeInto([['176', '1']])]).toEqual([
      'open',
      'open',
      'flat',
    ])
    expect([executor.risk().flattenFailures, stopOf(harness)]).toEqual([0, 'none'])

    market.setBook({ bids: [], asks: [['176', '1']] })
    await accepted(executor.submit(buy())).outcome
    for (let i = 0; i < 3; i++) await closeInto([])
    expect(stopOf(harness)).toBe(
      'risk: 3 times in a row xyz:NVDA could not be closed, more than 2 (riskMonitor.maxFlattenFailures)',
    )
    expect(await closeInto([['176', '1']])).toBe('flat')
  })

  it('measures fills against the mark at which the order left, not against its limit nor against a later mark', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, slippage: { maxBps: 50, times: 2 } } })
    const { executor, exchange, settle } = harness
    const market = exchange.market(NVDA).setMark('176')
    await settle()
    for (const price of ['176.8', '177']) {
      market.setBook({ bids: [], asks: [[price, '1']] })
      market.setMark('176')
      await settle()
      const order = accepted(executor.submit(buy({ price: '180' })))
      await order.acknowledged
      market.setMark('178')
      await order.outcome
    }
    expect([stopOf(harness), executor.risk().slippages]).toEqual(['none', 1])
    market.setBook({ bids: [], asks: [['177', '1']] }).setMark('176')
    await settle()
    await accepted(executor.submit(buy({ price: '180' }))).outcome
    expect(stopOf(harness)).toBe(
      'risk: 2 fills in a row, the last by 56.82 bps, were worse than the mark by more than 50 bps (riskMonitor.slippage)',
    )
  })

  it('begins anew when the kill switch is reset', async () => {
    const harness = await createStarted({ riskMonitor: { ...OFF, maxLoss: '1' } })
    await trade(harness, '174')
    expect(stopOf(harness)).toContain('lost, more than 1')
    harness.executor.hardStop.reset('ada')
    expect(harness.executor.risk().netPnl.toFixed()).toBe('0')
    await trade(harness, '177')
    expect(stopOf(harness)).toBe('none')
    await trade(harness, '174')
    expect(stopOf(harness)).toContain('lost, more than 1')
  })

  it('does not mind a listener that throws', async () => {
    const harness = await createStarted({ riskMonitor: undefined })
    const { executor } = harness
    for (const event of ['order', 'outcome', 'fill', 'positionClosed', 'readiness'] as const) {
      executor.on(event, () => {
        throw new Error('a bug of the host')
      })
    }
    for (let i = 0; i < 20; i++) {
      await accepted(executor.submit(buy({ size: '0.1' }))).outcome
      if (i === 0) expect(executor.risk().netPnl.lt('0')).toBe(true)
    }
    await accepted(executor.submit(exit({ size: '2' }))).outcome
    expect(stopOf(harness)).toBe('none')
    expect(executor.readiness().ready).toBe(true)
  })
})

describe('an error that nobody else handles', () => {
  /** Fails where nothing may: in the middle of booking what the venue told. */
  const failing = (): Logger => ({
    ...QUIET,
    warn(message) {
      if (message.includes('differ')) throw new Error('no space left')
    },
  })
  const fill = (time: number): string =>
    JSON.stringify({
      channel: 'userFills',
      data: {
        user: ACCOUNT,
        fills: [{ coin: NVDA, px: '176', sz: '1', side: 'B', time, startPosition: '7', oid: 1, tid: 1, fee: '0' }],
      },
    })

  it('stops new orders, since our books may be wrong from there on, and leaves the way out open', async () => {
    const harness = await createStarted({ riskMonitor: undefined, logger: failing(), ...LEAVE_ALL })
    const { executor, clock, inject, settle } = harness
    await accepted(executor.submit(buy())).outcome
    inject(fill(clock.now() + 1))
    await settle()
    expect(stopOf(harness)).toBe('fault: a feed could not be handled: no space left')
    expect(executor.submit(buy())).toMatchObject({ reason: 'HARD_STOP' })
    expect((await accepted(executor.submit(exit())).outcome).status).toBe('filled')
  })

  it('in the handling of an answer leaves no order behind: it is looked up', async () => {
    const world = createHarness()
    const sender = createWsSender({
      network: 'testnet',
      clock: world.clock,
      logger: QUIET,
      webSocket: () => createSimSocket(world.exchange),
    })
    const transport: Transport = {
      ...sender,
      get state() {
        return sender.state
      },
      post(request) {
        const result = sender.post(request)
        const isOrder = request.type === 'action' && result.written
        return isOrder ? { written: true, reply: Promise.reject(new Error('a bug of the host')) } : result
      },
    }
    const harness = createHarness({ transport }, world)
    await harness.executor.start()
    const order = accepted(harness.executor.submit(buy()))
    await harness.pass(5_000)
    expect(stopOf(harness)).toBe('fault: an answer could not be handled: a bug of the host')
    expect((await order.outcome).status).toBe('filled')
  })
})

describe('the outcome event', () => {
  it('tells of every accepted order once, as its promise does', async () => {
    const { executor } = await createStarted()
    const told: unknown[] = []
    executor.on('outcome', (outcome) => told.push(outcome))
    const orders = executor.submitMany([buy(), buy({ price: '170' }), buy({ timeInForce: 'alo' })]).map(accepted)
    const outcomes = await Promise.all(orders.map(({ outcome }) => outcome))
    expect(told).toHaveLength(3)
    expect(new Set(told)).toEqual(new Set(outcomes))
    executor.submit(exit({ size: '1' }))
    await executor.close()
  })
})

describe('a process that stood still', () => {
  /** A harness whose process hears nothing of the time that passes while it is blocked. */
  async function createBlockable(options: HarnessOptions = {}): Promise<Harness & { block(ms: number): void }> {
    const world = createHarness()
    let lostMs = 0
    const clock: Clock = { ...world.clock, monotonic: () => world.clock.monotonic() + lostMs }
    const harness = createHarness({ ...options, clock }, world)
    await harness.executor.start()
    return Object.assign(harness, {
      block(ms: number) {
        lostMs += ms
      },
    })
  }

  it('denies new orders, and not the way out, until a timer is on time again', async () => {
    const harness = await createBlockable()
    const { executor, block, pass } = harness
    await accepted(executor.submit(buy())).outcome
    block(1_001)
    await pass(500)
    expect(executor.readiness().missing).toMatchObject([
      { condition: 'eventLoop', detail: 'a timer fired 1001 ms late' },
    ])
    expect(executor.submit(buy())).toMatchObject({
      reason: 'NOT_READY',
      value: 'eventLoop: a timer fired 1001 ms late',
    })
    expect((await accepted(executor.submit(exit())).outcome).status).toBe('filled')
    await pass(500)
    expect(executor.readiness().ready).toBe(true)
    expect(executor.submit(buy()).status).toBe('accepted')
    expect(executor.hardStop.state.triggered).toBe(false)
  })

  it('is not one that was a little late', async () => {
    const { executor, block, pass } = await createBlockable()
    block(1_000)
    await pass(500)
    expect(executor.readiness().ready).toBe(true)
  })

  it('may be told how much is too much', async () => {
    const { executor, block, pass } = await createBlockable({ maxLoopLagMs: 100 })
    block(101)
    await pass(50)
    expect(executor.readiness().missing).toMatchObject([{ condition: 'eventLoop' }])
    expect(() => createHarness({ maxLoopLagMs: 0 })).toThrow(/maxLoopLagMs/)
  })

  it('is not watched before the start nor after the end', async () => {
    const harness = createHarness()
    expect(harness.clock.pendingTimers).toBe(0)
    await harness.executor.start()
    await harness.executor.close()
    expect(harness.clock.pendingTimers).toBe(0)
  })
})
