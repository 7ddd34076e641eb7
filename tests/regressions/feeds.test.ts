/**
 * What once was misread on the feeds. The numbers are those of the list of bugs (F) and weaknesses (W) of the system this
 * one descends from.
 */
import type { OrderStatus } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { holdFrames, ORDER_UPDATES, POST, USER_FILLS } from '../helpers/frames.js'
import {
  ACCOUNT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  NVDA,
  outcomeNow,
} from '../helpers/harness.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const sizes = ({ executor }: Harness): string[] =>
  executor.positions().map(({ market, size }) => `${market} ${size.toFixed()}`)

/** A resting order about which nothing more is heard than what the test says. */
async function rested(): Promise<Harness & { readonly order: ReturnType<typeof accepted>; readonly update: object }> {
  const harness = await createStarted()
  const held = holdFrames(harness, ORDER_UPDATES)
  const order = accepted(harness.executor.submit(quote({ size: '2' })))
  await order.acknowledged
  await harness.settle()
  const { data } = JSON.parse(held.texts[0] ?? '{}') as { data: object[] }
  harness.toExecutor = () => true
  return Object.assign(harness, { order, update: data[0] ?? {} })
}

async function say(harness: Harness, channel: string, data: unknown): Promise<void> {
  harness.inject(JSON.stringify({ channel, data }))
  await harness.settle()
}

describe('a status word', () => {
  const WORDS: readonly (readonly [OrderStatus, ...string[]])[] = [
    ['filled', 'filled'],
    ['canceled', 'canceled', 'scheduledCancel', 'marginCanceled', 'reduceOnlyCanceled', 'selfTradeCanceled'],
    ['canceled', 'siblingFilledCanceled', 'delistedCanceled', 'liquidatedCanceled', 'openInterestCapCanceled'],
    ['rejected', 'rejected', 'tickRejected', 'minTradeNtlRejected', 'badAloPxRejected', 'perpMarginRejected'],
    ['working', 'open', 'triggered'],
  ]

  it.each(WORDS.flatMap(([status, ...words]) => words.map((word) => [word, status] as const)))(
    'F-29: "%s" of a resting order leaves it %s',
    async (word, status) => {
      const harness = await rested()
      await say(harness, 'orderUpdates', [{ ...harness.update, status: word }])
      expect(harness.order.current().status).toBe(status)
      const outcome = await outcomeNow(harness.order)
      if (status !== 'working' && status !== 'filled') expect(outcome).toMatchObject({ status })
    },
  )

  it('F-29: that nobody knows ends nothing, and is told of', async () => {
    const harness = await rested()
    const malformed: string[] = []
    harness.executor.on('malformed', ({ source }) => malformed.push(source))
    await say(harness, 'orderUpdates', [{ ...harness.update, status: 'evaporated' }])
    expect(harness.order.current().status).toBe('working')
    expect(harness.executor.openOrders()).toHaveLength(1)
    expect(malformed).toEqual([expect.stringContaining('evaporated')])
  })
})

describe('an order update', () => {
  it.each<[string, (update: { order?: object; statusTimestamp?: number }) => unknown]>([
    ['in a list', (update) => [update]],
    ['alone', (update) => update],
    ['without a time of its status', ({ statusTimestamp, ...update }) => [update]],
  ])('F-33: %s reaches its order', async (_, shaped) => {
    const harness = await rested()
    await say(harness, 'orderUpdates', shaped({ ...harness.update, status: 'canceled' } as object))
    expect(await harness.order.outcome).toMatchObject({ status: 'canceled' })
  })

  it('F-33: with px in place of limitPx tells the price of an order that is not ours', async () => {
    const harness = await rested()
    const { limitPx, ...order } = (harness.update as { order: { limitPx: string; cloid: string } }).order
    const foreign = { ...order, cloid: null, oid: 4_242, px: limitPx }
    await say(harness, 'orderUpdates', [{ ...harness.update, order: foreign }])
    expect(harness.executor.order(4_242)?.price.toFixed()).toBe('170')
  })

  it('W-30: tells what is left, not what was filled; one that is old opens nothing again', async () => {
    const harness = await rested()
    const { exchange, executor, order } = harness
    const held = holdFrames(harness, ORDER_UPDATES)
    exchange.market(NVDA).clearBook().take('sell', '170', '0.5')
    await held.deliver()
    expect(order.current()).toMatchObject({ status: 'partiallyFilled' })
    expect(order.current().filledSize.toFixed()).toBe('0.5')
    harness.toExecutor = () => true
    exchange.market(NVDA).take('sell', '170', '1.5')
    expect((await order.outcome).status).toBe('filled')
    await say(harness, 'orderUpdates', [harness.update])
    expect(order.current().status).toBe('filled')
    expect(executor.openOrders()).toEqual([])
  })

  it('W-30: of an order that we did not place is followed by the id of the venue', async () => {
    const harness = await rested()
    const { order } = harness.update as { order: { cloid?: string } }
    const { cloid, ...foreign } = order
    const update = { ...harness.update, order: { ...foreign, oid: 4_242, sz: '1', origSz: '1' } }
    await say(harness, 'orderUpdates', [update])
    expect(harness.executor.order(4_242)).toMatchObject({ isExternal: true, status: 'working' })
    await say(harness, 'orderUpdates', [{ ...update, status: 'canceled' }])
    expect(harness.executor.order(4_242)).toMatchObject({ status: 'canceled' })
    expect(cloid).toBeDefined()
  })
})

describe('a frame of fills', () => {
  it.each<[string, (fills: readonly object[]) => unknown, string[]]>([
    ['as the venue sends it', (fills) => ({ user: ACCOUNT, fills }), ['xyz:NVDA 1']],
    ['that says it is no snapshot', (fills) => ({ user: ACCOUNT, isSnapshot: false, fills }), ['xyz:NVDA 1']],
    ['that is a bare list', (fills) => fills, []],
    ['without fills', () => ({ user: ACCOUNT }), []],
  ])('F-34: %s is read, or told of', async (_, shaped, expected) => {
    const harness = await createStarted()
    const malformed: string[] = []
    harness.executor.on('malformed', ({ source }) => malformed.push(source))
    await harness.pass(1)
    const held = holdFrames(harness, USER_FILLS)
    harness.executor.submit(buy())
    await harness.settle()
    const { data } = JSON.parse(held.texts[0] ?? '{}') as { data: { fills: object[] } }
    harness.toExecutor = () => true
    await say(harness, 'userFills', shaped(data.fills))
    expect(sizes(harness)).toEqual(expected)
    expect(malformed).toEqual(expected.length > 0 ? [] : ['userFills'])
  })

  it.each(['before', 'after'])(
    'F-35: of the past, replayed %s the account is read and once more as news, changes no position and is no news',
    async (when) => {
      const before = await createStarted()
      await accepted(before.executor.submit(buy({ size: '2' }))).outcome
      await accepted(before.executor.submit(buy({ size: '3' }))).outcome
      await before.executor.close()
      before.clock.advance(10)

      const harness = createHarness({}, before)
      const fills: string[] = []
      harness.executor.on('fill', ({ size }) => fills.push(size.toFixed()))
      const held = holdFrames(harness, '"isSnapshot":true')
      const starting = harness.executor.start()
      await harness.settle()
      if (when === 'before') await held.deliver()
      await starting
      const [snapshot = ''] = held.texts
      await held.deliver()
      expect(sizes(harness)).toEqual(['xyz:NVDA 5'])
      harness.inject(snapshot.replace('"isSnapshot":true', '"isSnapshot":false'))
      await harness.settle()
      expect(sizes(harness)).toEqual(['xyz:NVDA 5'])
      expect(fills).toEqual([])
    },
  )

  it('W-29: of one order against three makers counts each, and not the answer on top of them', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await harness.pass(1)
    exchange.market(NVDA).setBook({
      bids: [['176', '5']],
      asks: [
        ['176.3', '0.5'],
        ['176.4', '0.7'],
        ['176.5', '0.8'],
      ],
    })
    const held = holdFrames(harness, POST, USER_FILLS)
    const order = accepted(executor.submit(buy({ size: '2' })))
    await harness.settle()
    const news = held.texts.find((text) => text.includes(USER_FILLS)) ?? ''
    await held.deliver(USER_FILLS)
    expect(sizes(harness)).toEqual(['xyz:NVDA 2'])
    await held.deliver(POST)
    harness.toExecutor = () => true
    for (let times = 0; times < 3; times++) harness.inject(news)
    await harness.settle()
    const outcome = await order.outcome
    expect([outcome.status, outcome.filledSize.toFixed(), sizes(harness)]).toEqual(['filled', '2', ['xyz:NVDA 2']])
  })

  it('W-31: that is a snapshot in the midst of news delays none of it', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await harness.pass(1)
    const held = holdFrames(harness, USER_FILLS)
    for (const size of ['1', '2', '3']) await accepted(executor.submit(buy({ size }))).acknowledged
    await harness.settle()
    harness.toExecutor = () => true
    const [first = '', second = '', third = ''] = held.texts
    for (const text of [first, second.replace('"data":{', '"data":{"isSnapshot":true,'), third]) harness.inject(text)
    await harness.settle()
    expect(sizes(harness)).toEqual(['xyz:NVDA 6'])
  })

  it.each(['flx:NVDA', 'NVDA', 'xyz:nvda'])(
    'W-33: of %s, which is another market, leaves xyz:NVDA alone',
    async (coin) => {
      const harness = await createStarted()
      await harness.pass(1)
      const held = holdFrames(harness, USER_FILLS)
      harness.executor.submit(buy())
      await harness.settle()
      const { data } = JSON.parse(held.texts[0] ?? '{}') as { data: { fills: object[] } }
      harness.toExecutor = () => true
      const foreign = data.fills.map((fill) => ({ ...fill, coin, oid: 4_242, cloid: null }))
      await say(harness, 'userFills', { user: ACCOUNT, fills: foreign })
      expect(harness.executor.positions().find(({ market }) => market === NVDA)).toBeUndefined()
    },
  )
})
