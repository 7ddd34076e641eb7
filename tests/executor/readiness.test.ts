import { describe, expect, it } from 'vitest'
import {
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  NVDA,
  outcomeNow,
  TSLA,
} from '../helpers/harness.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = (): void => {
    settled = true
  }
  promise.then(note, note)
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  return settled
}

const linesOf = ({ executor }: Harness): readonly string[] =>
  executor.readiness().missing.map(({ condition }) => condition)

describe('readiness', () => {
  it('says of each thing that is missing what to do about it', async () => {
    const { executor } = createHarness()
    const { missing, markets } = executor.readiness()
    for (const { remedy } of [...missing, ...markets.flatMap((market) => market.missing)]) expect(remedy).not.toBe('')
    expect(markets.map(({ market }) => market)).toEqual([NVDA, TSLA])
  })

  it('is of one connection: everything learnt over the last one is missing on the next until it is learnt again', async () => {
    const harness = await createStarted()
    const { executor } = harness
    expect(executor.readiness()).toMatchObject({ ready: true, generation: 1 })
    harness.toExecutor = (text) => !text.includes('subscriptionResponse')
    harness.sockets[0]?.terminate()
    await harness.pass(3_000)
    expect(executor.readiness()).toMatchObject({
      ready: false,
      generation: 2,
      actions: { cancel: true, reduceOnly: true, new: false },
    })
    expect(linesOf(harness)).toEqual(['orderUpdates', 'userFills', 'account'])
  })

  it('is had market by market', async () => {
    const harness = createHarness()
    harness.toExecutor = (text) => !(text.includes('"channel":"activeAssetCtx"') && text.includes(`"coin":"${TSLA}"`))
    const started = harness.executor.start()
    await harness.pass(3_000)
    await started
    expect(harness.executor.readiness().markets).toMatchObject([
      { market: NVDA, ready: true, missing: [] },
      { market: TSLA, ready: false, missing: [{ condition: 'prices' }] },
    ])
    expect(harness.executor.submit(resting()).status).toBe('accepted')
    expect(harness.executor.submit(resting({ market: TSLA, price: '395' }))).toMatchObject({
      reason: 'MARKET_DATA_UNAVAILABLE',
    })
  })
})

describe('whenReady', () => {
  it('settles at once when it is, and otherwise as soon as it is', async () => {
    const harness = createHarness()
    const waiting = harness.executor.whenReady()
    expect(await isSettled(waiting)).toBe(false)
    await harness.executor.start()
    expect(await isSettled(waiting)).toBe(true)
    expect(await isSettled(harness.executor.whenReady())).toBe(true)
  })

  it('misses no instant at which it was, however short, and whoever asked in whatever listener', async () => {
    const harness = await createStarted({ readiness: 'host' })
    const { executor } = harness
    const inListener: Promise<void>[] = []
    executor.on('readiness', ({ ready }) => ready && inListener.push(executor.whenReady()))
    const before = executor.whenReady()
    executor.setReady(true)
    executor.setReady(false)
    const after = executor.whenReady()
    expect(await isSettled(before)).toBe(true)
    expect(inListener).toHaveLength(1)
    for (const waiting of inListener) expect(await isSettled(waiting)).toBe(true)
    expect(await isSettled(after)).toBe(false)
  })

  it('waits for a way out, or a cancel, less than for a new order', async () => {
    const harness = await createStarted()
    harness.toExecutor = (text) => !text.includes('subscriptionResponse')
    harness.sockets[0]?.terminate()
    await harness.settle()
    const [cancel, exit, entry] = (['cancel', 'reduceOnly', 'new'] as const).map((action) =>
      harness.executor.whenReady({ action }),
    )
    await harness.pass(3_000)
    expect(await isSettled(cancel as Promise<void>)).toBe(true)
    expect(await isSettled(exit as Promise<void>)).toBe(true)
    expect(await isSettled(entry as Promise<void>)).toBe(false)
    entry?.catch(() => {})
    await harness.executor.close()
  })

  it('waits for a market', async () => {
    const harness = await createStarted({ refreshMarketsEveryMs: 10_000 })
    harness.exchange.market(TSLA).delist()
    await harness.pass(10_000)
    expect(await isSettled(harness.executor.whenReady({ market: NVDA }))).toBe(true)
    const waiting = harness.executor.whenReady({ market: TSLA, signal: AbortSignal.abort('too long') })
    await expect(waiting).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining('unchanged (delisted)'),
    })
    await expect(harness.executor.whenReady({ market: 'flx:GOLD' })).rejects.toThrow(RangeError)
    await expect(harness.executor.whenReady({ action: 'all' as never })).rejects.toThrow(RangeError)
  })

  it('ends with the signal and says what is missing, and with the executor', async () => {
    const harness = createHarness()
    const giveUp = new AbortController()
    const aborted = expect(harness.executor.whenReady({ signal: giveUp.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining('connection (not started)'),
    })
    giveUp.abort()
    await aborted
    const closed = expect(harness.executor.whenReady()).rejects.toMatchObject({ code: 'CLOSED' })
    await harness.executor.close()
    await closed
    await expect(harness.executor.whenReady()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a host that has its own word on readiness', () => {
  it('is waited for after the start, which does not wait for it', async () => {
    const harness = await createStarted({ readiness: 'host' })
    const { executor } = harness
    expect(executor.readiness().missing).toMatchObject([{ condition: 'host', detail: 'the host has not said so' }])
    expect(executor.submit(resting())).toMatchObject({ reason: 'NOT_READY', gate: 'ready' })
    executor.setReady(true)
    expect(executor.submit(resting()).status).toBe('accepted')
  })

  it('cannot make ready what is not', async () => {
    const harness = createHarness({ readiness: 'host' })
    harness.executor.setReady(true)
    expect(harness.executor.readiness().ready).toBe(false)
    expect(harness.executor.submit(resting())).toMatchObject({ reason: 'NOT_READY' })
  })

  it('takes it back with a reason, also for what is queued, and holds back no way out', async () => {
    const harness = await createStarted({ readiness: 'host', queue: { newOrderSpacingMs: 1_000 } })
    const { executor } = harness
    executor.setReady(true)
    await accepted(executor.submit(buy())).outcome
    await harness.settle()
    const queued = accepted(executor.submit(resting()))
    executor.setReady(false, 'the model is stale')
    expect(await outcomeNow(queued)).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    expect(executor.submit(resting())).toMatchObject({ value: 'host: the model is stale' })
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true })))
    await harness.settle()
    expect(await outcomeNow(exit)).toMatchObject({ status: 'filled' })
  })

  it('has it across connections', async () => {
    const harness = await createStarted({ readiness: 'host' })
    harness.executor.setReady(true)
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    expect(harness.executor.readiness().ready).toBe(true)
  })

  it('has none where it did not ask for it', async () => {
    const { executor } = await createStarted()
    expect(() => executor.setReady(true)).toThrow(RangeError)
    expect(() => createHarness({ readiness: 'me' as never })).toThrow(/^readiness: expected/)
  })
})
