import { inspect } from 'node:util'
import { createActionBudget, type Signer, standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, AGENT, accepted, buy, createStarted, NVDA, outcomeNow, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const exit = (overrides = {}) => buy({ side: 'sell', price: '176', reduceOnly: true, ...overrides })

describe('the kill switch', () => {
  it('denies new orders and passes reduce-only ones and cancels', async () => {
    const { executor, exchange } = await createStarted()
    await accepted(executor.submit(buy())).outcome
    const resting = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    await resting.acknowledged
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(executor.submit(buy())).toMatchObject({
      status: 'denied',
      reason: 'HARD_STOP',
      gate: 'hardStop',
      value: 'manual: news',
    })
    expect(await executor.cancel(resting.clientOrderId)).toEqual({ status: 'canceled' })
    expect((await accepted(executor.submit(exit())).outcome).status).toBe('filled')
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
  })
})

describe('a signer that fails', () => {
  it('settles the order as denied SIGN_FAILED and gives back everything it held', async () => {
    const signer = createHeldSigner()
    const budget = createActionBudget({ maxActions: 3 })
    const { executor, actions, settle } = await createStarted({ signer, budget })
    const order = accepted(executor.submit(buy()))
    await settle()
    expect(executor.budget()).toMatchObject({ inFlight: 1, remaining: 2 })
    signer.fail(new Error('0xdeadbeef is my key'))
    const outcome = await order.outcome
    expect(outcome).toMatchObject({ status: 'denied', reason: 'SIGN_FAILED', benign: false })
    expect(inspect(outcome)).not.toContain('0xdeadbeef')
    expect(executor.budget()).toMatchObject({ inFlight: 0, remaining: 3 })
    expect(executor.openOrders()).toEqual([])
    expect(actions()).toEqual([])
  })

  it('that never answers is given up at its deadline, and its late signature is not used', async () => {
    const signer = createHeldSigner()
    const { executor, actions, settle, pass } = await createStarted({ signer, signTimeoutMs: 500 })
    const order = accepted(executor.submit(buy()))
    await settle()
    await pass(450)
    expect(await outcomeNow(order)).toBe('open')
    await pass(100)
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'SIGN_FAILED' })
    signer.release()
    await settle()
    expect(actions()).toEqual([])
    expect(executor.budget().inFlight).toBe(0)
  })

  it('that throws at once is no different (F-02)', async () => {
    const signer: Signer = {
      address: AGENT,
      sign: () => {
        throw new Error('no key')
      },
    }
    const { executor } = await createStarted({ signer })
    expect(await accepted(executor.submit(buy())).outcome).toMatchObject({ status: 'denied', reason: 'SIGN_FAILED' })
    expect(executor.budget().inFlight).toBe(0)
  })

  it('lets an order that is cancelled while it is being signed never leave', async () => {
    const signer = createHeldSigner()
    const { executor, actions, settle } = await createStarted({ signer })
    const kept = accepted(executor.submit(buy({ size: '0.2' })))
    const dropped = accepted(executor.submit(buy({ size: '0.3' })))
    await settle()
    const cancel = executor.cancel(dropped.clientOrderId)
    await settle()
    signer.release()
    await settle()
    signer.release()
    expect(await dropped.outcome).toMatchObject({ status: 'denied', reason: 'CANCELED_BEFORE_SENT', benign: true })
    expect((await kept.outcome).status).toBe('filled')
    expect((await cancel).status).toBe('gone')
    const sent = actions().filter(({ type }) => type === 'order')
    expect(sent.map(({ orders }) => (orders as { s: string }[]).map(({ s }) => s))).toEqual([['0.2']])
  })
})

describe('the gates of a running executor', () => {
  const gates = standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '700', maxConcurrentPositions: 1 })

  it('scale an order to what is left and free the market when it is over (F-07, F-49)', async () => {
    const { executor, exchange, settle } = await createStarted({ gates })
    const order = accepted(executor.submit(buy({ size: '10', price: '177' })))
    expect(order.current().size.toFixed()).toBe('2.824')
    await order.outcome
    await settle()
    expect(executor.submit(buy())).toMatchObject({ reason: 'MAX_POSITION_PER_MARKET' })
    await accepted(executor.submit(exit({ size: '2.824' }))).outcome
    await settle()
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
    expect(executor.submit(buy()).status).toBe('accepted')
  })

  it('deny on prices that have gone stale, and leave the way out open (F-27)', async () => {
    const harness = await createStarted({ gates, maxMarkAgeMs: 3_000 })
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    harness.toExecutor = (text) => !text.includes('"activeAssetCtx"')
    await harness.pass(3_050)
    expect(executor.submit(buy({ market: TSLA, price: '401' }))).toMatchObject({
      reason: 'MARKET_DATA_UNAVAILABLE',
      limit: 'a mark of at most 3000 ms',
    })
    expect((await accepted(executor.submit(exit())).outcome).status).toBe('filled')
  })

  it('are described in the order in which they run', async () => {
    const { executor } = await createStarted({ gates })
    expect(executor.describeGates().map(({ step, id }) => `${step} ${id}`)).toEqual([
      '1 hardStop',
      '1a halt',
      '2 ready',
      '2b priceBand',
      '2k marketChange',
      '3 maxPositionPerMarket',
      '4 maxPositionTotal',
      '5 maxConcurrentPositions',
      '6 flattenInProgress',
      '7 hasPosition',
      '8 pendingOrder',
      '9 actionBudget',
      '10 venueLimits',
    ])
  })
})
