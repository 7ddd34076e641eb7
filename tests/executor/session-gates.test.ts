import { type GateTurn, type Intent, type StandardGatesOptions, standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { accepted, buy, createStarted, type Harness, NVDA, QUIET, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

type SessionOptions = Pick<
  StandardGatesOptions,
  'maxDrawdown' | 'correlationCooldown' | 'burstSignal' | 'tiltGuard' | 'reEntryDelay'
>

const gatesWith = (options: SessionOptions) =>
  standardGates({
    maxNotionalPerMarket: '1000000',
    maxNotionalTotal: '10000000',
    maxConcurrentPositions: 50,
    singleEntry: false,
    ...options,
  })

const exit = (overrides: Partial<Intent> = {}): Intent =>
  buy({ side: 'sell', price: '170', reduceOnly: true, ...overrides })

/** Buys at 176 and sells in three fills, each a dollar lower. */
async function loseOnce({ executor, exchange, settle }: Harness): Promise<void> {
  const market = exchange.market(NVDA)
  market.setBook({ bids: [], asks: [['176', '3']] })
  await accepted(executor.submit(buy({ size: '3' }))).outcome
  market.setBook({
    bids: [
      ['175', '1'],
      ['174', '1'],
      ['173', '1'],
    ],
    asks: [],
  })
  await accepted(executor.submit(exit({ size: '3' }))).outcome
  market.clearBook().seedBook('176')
  await settle()
}

describe('the session gates of a running executor', () => {
  it('deny after what was really lost, fees counted, and pass again when it has left the window', async () => {
    const harness = await createStarted({ gates: gatesWith({ maxDrawdown: { maxLoss: '6.01', windowMs: 5_000 } }) })
    await loseOnce(harness)
    const denied = harness.executor.submit(buy())
    expect(denied).toMatchObject({ reason: 'MAX_DRAWDOWN', gate: 'maxDrawdown', limit: 'above -6.01', benign: false })
    expect(Number('value' in denied && denied.value)).toBeLessThan(-6.01)
    expect(harness.executor.submit(exit({ price: '190', timeInForce: 'gtc' })).status).toBe('accepted')
    await harness.pass(5_000)
    expect(harness.executor.submit(buy()).status).toBe('accepted')
  })

  it('take an exit of three fills for one loss and one close (W-37)', async () => {
    const gates = gatesWith({ tiltGuard: { losses: 2 }, correlationCooldown: { closes: 3 } })
    const harness = await createStarted({ gates })
    await loseOnce(harness)
    expect(harness.exchange.record.fills).toHaveLength(4)
    await loseOnce(harness)
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'TILT_GUARD', value: '300000' })
  })

  it('know of a close before anybody is told of it: a listener that enters again at once is denied', async () => {
    const { executor } = await createStarted({ gates: gatesWith({ reEntryDelay: {} }) })
    await accepted(executor.submit(buy())).outcome
    const answers: unknown[] = []
    const again = (): void => {
      const answer = executor.submit(buy())
      answers.push(answer.status === 'denied' ? answer.reason : answer.status)
    }
    // From the moment in which the position is seen to be gone.
    executor.on('order', () => executor.positions().length === 0 && again())
    executor.on('fill', again)
    executor.on('positionClosed', again)
    await accepted(executor.submit(exit())).outcome
    expect(answers).toEqual(['RE_ENTRY_DELAY', 'RE_ENTRY_DELAY', 'RE_ENTRY_DELAY'])
    expect(executor.submit(buy({ market: TSLA, price: '401' })).status).toBe('accepted')
  })

  it('do not count an order that was not sent', async () => {
    const signer = createHeldSigner()
    const { executor, settle } = await createStarted({ signer, gates: gatesWith({ burstSignal: { maxSignals: 1 } }) })
    const order = accepted(executor.submit(buy()))
    expect(executor.submit(buy())).toMatchObject({ reason: 'BURST_SIGNAL' })
    await settle()
    signer.fail(new Error('no'))
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'SIGN_FAILED' })
    expect(executor.submit(buy()).status).toBe('accepted')
  })
})

describe('a gate that turns', () => {
  it('is logged and told once, not for every order it denies, and once when it opens (F-60)', async () => {
    const logged: unknown[] = []
    const { executor, settle, pass } = await createStarted({
      gates: gatesWith({ burstSignal: { maxSignals: 1, windowMs: 1_000, cooldownMs: 1_000 } }),
      logger: { ...QUIET, info: (message, fields) => logged.push([message, fields]) },
    })
    const turns: GateTurn[] = []
    executor.on('gate', (turn) => turns.push(turn))
    for (let i = 0; i < 100; i++) executor.submit(buy({ size: '0.1' }))
    await settle()
    const closed = { gate: 'burstSignal', market: NVDA, isOpen: false, reason: 'BURST_SIGNAL' }
    expect(turns).toEqual([{ ...closed, limit: '1 orders in 1 s', value: '1000' }])
    expect(logged).toMatchObject([['a gate denies new orders', closed]])
    await pass(1_000)
    executor.submit(buy({ size: '0.1' }))
    await settle()
    expect(turns.slice(1)).toEqual([{ gate: 'burstSignal', market: NVDA, isOpen: true }])
    expect(logged).toHaveLength(1)
  })

  it('is told when judgement and claim are over, so that a listener that submits passes no limit', async () => {
    const { executor, settle } = await createStarted({
      gates: standardGates({
        maxNotionalPerMarket: '1000000',
        maxNotionalTotal: '10000000',
        maxConcurrentPositions: 1,
      }),
    })
    const first = accepted(executor.submit(buy()))
    expect(executor.submit(buy({ market: TSLA, price: '401' }))).toMatchObject({ reason: 'MAX_CONCURRENT_POSITIONS' })
    await first.outcome
    await accepted(executor.submit(exit())).outcome
    await settle()
    // The gate opens for TSLA in the middle of judging this order.
    executor.on('gate', ({ isOpen }) => isOpen && executor.submit(buy()))
    executor.submit(buy({ market: TSLA, price: '401' }))
    await settle()
    expect(executor.positions().map(({ market }) => market)).toEqual([TSLA])
  })
})
