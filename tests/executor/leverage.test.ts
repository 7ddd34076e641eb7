import type { LeverageSetting } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import {
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
  TSLA,
} from '../helpers/harness.js'
import { changeAnswers } from '../helpers/venue.js'

/** A market of the default universe that takes cross margin. */
const BTC = 'BTC'

const want = (leverage: number, margin: LeverageSetting['margin'] = 'isolated', market = NVDA): HarnessOptions => ({
  leverage: { [market]: { leverage, margin } },
})

const changes = (harness: Harness) => harness.actions().filter(({ type }) => type === 'updateLeverage')

const lineOf = ({ executor }: Harness, name = NVDA) =>
  executor
    .readiness()
    .markets.find(({ market }) => market === name)
    ?.missing.find(({ condition }) => condition === 'leverage')?.detail

describe('leverage', () => {
  it('is left alone where nothing is configured', async () => {
    const harness = await createStarted()
    expect(changes(harness)).toEqual([])
    expect(lineOf(harness)).toBeUndefined()
  })

  it('is set before the first order, in the market that is named and no other, by its own id', async () => {
    const harness = await createStarted(want(3))
    expect(changes(harness)).toEqual([
      { type: 'updateLeverage', asset: harness.exchange.market(NVDA).assetId, isCross: false, leverage: 3 },
    ])
    await accepted(harness.executor.submit(buy())).outcome
    const actions = harness.actions().map(({ type }) => type)
    expect(actions).toEqual(['updateLeverage', 'order'])
  })

  it('that is as configured is not set again', async () => {
    const before = await createStarted(want(3))
    await before.executor.close()
    before.clock.advance(10)
    const harness = createHarness(want(3), before)
    await harness.executor.start()
    expect(changes(harness)).toHaveLength(1)
  })

  it('takes cross margin where the market does', async () => {
    const harness = await createStarted({ ...want(7, 'cross', BTC), markets: [BTC] })
    expect(changes(harness)).toMatchObject([{ isCross: true, leverage: 7 }])
    expect(harness.executor.readiness().ready).toBe(true)
  })

  it.each<[string, HarnessOptions, RegExp]>([
    ['above the market’s maximum', want(11), /^leverage of xyz:NVDA: 11 is above its maximum of 10$/],
    ['cross where the market is isolated', want(3, 'cross'), /^leverage of xyz:NVDA: it takes isolated margin only$/],
  ])('%s is refused without asking the venue to', async (_, options, message) => {
    const harness = createHarness(options)
    await expect(harness.executor.start()).rejects.toMatchObject({
      code: 'LEVERAGE_REFUSED',
      message: expect.stringMatching(message),
    })
    expect(changes(harness)).toEqual([])
    expect(lineOf(harness)).toMatch(message)
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'NOT_READY' })
    await harness.executor.close()
  })

  it('that the venue refuses is told in the venue’s words', async () => {
    const before = await createStarted({ markets: [BTC] })
    const price = before.exchange.market(BTC).bestAsk() ?? ''
    await accepted(before.executor.submit(buy({ market: BTC, price, size: '0.01' }))).outcome
    await before.executor.close()
    before.clock.advance(10)
    const harness = createHarness({ ...want(5, 'isolated', BTC), markets: [BTC] }, before)
    await expect(harness.executor.start()).rejects.toMatchObject({
      code: 'LEVERAGE_REFUSED',
      message: 'leverage of BTC: Cannot switch leverage type with open position.',
    })
    await harness.executor.close()
  })

  it('whose answer is lost is looked at, and counts when it is seen', async () => {
    const harness = createHarness(want(3))
    let isLost = false
    harness.toExecutor = (text) => {
      if (isLost || !text.includes('"type":"action"')) return true
      isLost = true
      return false
    }
    const started = harness.executor.start()
    await harness.pass(10_000)
    await started
    expect(isLost).toBe(true)
    expect(changes(harness)).toHaveLength(1)
    expect(lineOf(harness)).toBeUndefined()
  })

  it('is not believed before the venue shows it', async () => {
    const harness = createHarness(want(3))
    changeAnswers<{ readonly leverage: object }>(harness, 'activeAssetData', (data, count) =>
      count <= 3 ? { ...data, leverage: { type: 'isolated', value: 10 } } : undefined,
    )
    const started = harness.executor.start()
    await harness.settle()
    expect(lineOf(harness)).toBe('the leverage of xyz:NVDA is not to be seen yet')
    await harness.pass(5_000)
    await started
    expect(lineOf(harness)).toBeUndefined()
  })

  it.each<[string, HarnessOptions, RegExp]>([
    ['of a market that is not traded', want(3, 'isolated', 'flx:GOLD'), /^leverage: flx:GOLD is not one of markets/],
    ['that is no whole number', want(2.5), /^leverage of xyz:NVDA: expected a whole number/],
    ['of another margin', want(2, 'both' as never), /^margin of xyz:NVDA: expected "cross" or "isolated"/],
    [
      'named for one market and wrong for another',
      { leverage: { [TSLA]: { leverage: 0, margin: 'isolated' } } },
      /TSLA/,
    ],
  ])('%s is a mistake already when the executor is made', (_, options, message) => {
    expect(() => createHarness(options)).toThrow(message)
  })
})
