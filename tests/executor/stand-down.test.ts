import { type Clock, createMemoryJournal, type MemoryJournal, type StandDownState } from 'hip3-executor'
import { createManualClock, createSimExchange } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { holdFrames } from '../helpers/frames.js'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  LEAVE_ALL,
  NVDA,
  TSLA,
} from '../helpers/harness.js'
import { changeAnswers, placeElsewhere } from '../helpers/venue.js'

const STOP = { cause: 'manual', reason: 'news' } as const
const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

const held = ({ exchange }: Harness, market = NVDA): string => exchange.record.position(ACCOUNT, market)?.size ?? '0'
const resting = ({ exchange }: Harness): number => exchange.account(ACCOUNT).openOrders().length
const status = ({ executor }: Harness): string => executor.standDown.state.status

function told({ executor }: Harness): StandDownState[] {
  const states: StandDownState[] = []
  executor.on('standDown', (state) => states.push(state))
  return states
}

/** Long in one market, short in another, an order resting in each. */
async function exposed(options?: HarnessOptions): Promise<Harness> {
  const harness = await createStarted(options)
  await trade(harness)
  return harness
}

async function trade({ executor, settle }: Harness): Promise<void> {
  const entries = [buy(), buy({ market: TSLA, side: 'sell', price: '395' })].map((order) => executor.submit(order))
  await Promise.all(entries.map((entry) => accepted(entry).outcome))
  const quotes = [quote(), quote({ market: TSLA, price: '390' })].map((order) => executor.submit(order))
  await Promise.all(quotes.map((order) => accepted(order).acknowledged))
  await settle()
}

describe('the kill switch', () => {
  it('ends flat: cancels everything, closes every position, and says so once the venue does', async () => {
    const harness = await exposed()
    const states = told(harness)
    const { executor, clock } = harness
    executor.hardStop.trigger(STOP)
    expect(executor.standDown.state).toEqual({ status: 'working', obstacles: [] })
    await harness.pass(1_000)
    expect([held(harness), held(harness, TSLA), resting(harness)]).toEqual(['0', '0', 0])
    const end = { status: 'done', at: expect.any(Number), isFlat: true, elsewhere: [] }
    expect(states).toEqual([{ status: 'working', obstacles: [] }, end])
    expect(executor.standDown.state).toEqual(end)
    expect(executor.hardStop.state).toMatchObject({ triggered: true, reason: 'news' })
    await executor.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('of an account with nothing in it asks the venue all the same', async () => {
    const harness = await createStarted()
    const frames = holdFrames(harness, 'clearinghouseState')
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(5_000)
    expect(status(harness)).toBe('working')
    expect(() => harness.executor.hardStop.reset('ada')).toThrow('the stand-down is working')
    await frames.deliver()
    harness.toExecutor = () => true
    await harness.pass(20_000)
    expect(status(harness)).toBe('done')
    expect(harness.actions()).toEqual([])
  })

  it('closes what only the venue knows of, and cancels what only the venue knows of', async () => {
    const harness = await createStarted()
    const { executor, exchange, pass } = harness
    exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'] })
    placeElsewhere(harness, { price: '177', tif: 'Ioc', size: '0.7' })
    placeElsewhere(harness, { market: TSLA, price: '380' })
    expect([executor.positions(), executor.openOrders()]).toEqual([[], []])
    executor.hardStop.trigger(STOP)
    await pass(30_000)
    expect([held(harness), resting(harness), status(harness)]).toEqual(['0', 0, 'done'])
  })

  it('is not done while an order is unaccounted for that may still come alive', async () => {
    const harness = await createStarted({ resolution: { useNoop: false } })
    const { executor, exchange } = harness
    exchange.fault({ fault: 'delay', of: 'request:action:order', ms: 8_000, nth: 1 })
    exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates', 'reply:action:order'] })
    const late = accepted(executor.submit(buy()))
    await harness.settle()
    executor.hardStop.trigger(STOP)
    await harness.pass(7_900)
    expect([late.current().status, held(harness), status(harness)]).toEqual(['unknown', '0', 'working'])
    await harness.pass(60_000)
    expect((await late.outcome).status).toBe('filled')
    expect([held(harness), status(harness)]).toEqual(['0', 'done'])
  })

  it('does not believe an empty answer', async () => {
    const harness = await exposed()
    changeAnswers<{ readonly assetPositions: readonly unknown[] }>(harness, 'clearinghouseState', (state, count) =>
      count === 1 ? { ...state, assetPositions: [] } : undefined,
    )
    harness.exchange.market(NVDA).clearBook()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(20_000)
    expect(status(harness)).toBe('working')
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(10_000)
    expect([held(harness), status(harness)]).toEqual(['0', 'done'])
  })

  it('thrown by the risk monitor does the same', async () => {
    const harness = await exposed({ riskMonitor: { maxLoss: '0.5' } })
    harness.exchange.market(TSLA).setBook({ bids: [], asks: [['403', '5']] })
    await accepted(harness.executor.submit(buy({ market: TSLA, price: '404', reduceOnly: true }))).outcome
    expect(harness.executor.hardStop.state).toMatchObject({ triggered: true, cause: 'risk' })
    await harness.pass(2_000)
    expect([held(harness), held(harness, TSLA), resting(harness), status(harness)]).toEqual(['0', '0', 0, 'done'])
  })

  it('names what is held in other markets, and leaves it alone', async () => {
    const harness = await createStarted({ markets: [NVDA] })
    placeElsewhere(harness, { market: TSLA, price: '404', tif: 'Ioc' })
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(2_000)
    expect(harness.executor.standDown.state).toMatchObject({ status: 'done', isFlat: true, elsewhere: [TSLA] })
    expect(held(harness, TSLA)).toBe('1')
  })
})

describe('what follows is a choice', () => {
  const external = '0x000000000000000000000000000000aa'

  it.each<[HarnessOptions['onHardStop'], readonly [ours: number, theirs: number, position: string, status: string]]>([
    [undefined, [0, 0, '0', 'done']],
    [{ positions: 'flatten', orders: 'leave' }, [0, 0, '0', 'done']],
    [{ positions: 'leave' }, [0, 0, '1', 'done']],
    [{ positions: 'leave', orders: 'cancelOwn' }, [0, 1, '1', 'done']],
    [LEAVE_ALL.onHardStop, [1, 1, '1', 'off']],
  ])('%j', async (onHardStop, expected) => {
    const harness = await createStarted({ onHardStop })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    const order = accepted(executor.submit(quote()))
    await order.acknowledged
    placeElsewhere(harness, { cloid: external })
    await harness.settle()
    executor.hardStop.trigger(STOP)
    await harness.pass(5_000)
    const open = exchange.account(ACCOUNT).openOrders()
    const theirs = open.filter(({ cloid }) => cloid === external).length
    expect([open.length - theirs, theirs, held(harness), status(harness)]).toEqual(expected)
    if (status(harness) === 'done') {
      expect(executor.standDown.state).toMatchObject({ isFlat: held(harness) === '0' })
    }
  })

  it('which is refused at construction when it makes no sense', () => {
    expect(() => createHarness({ onHardStop: { orders: 'keep' as never } })).toThrow(/^onHardStop.orders: expected/)
    expect(() => createHarness({ onHardStop: { positions: true as never } })).toThrow(/^onHardStop.positions: expected/)
  })
})

describe('where it cannot get on', () => {
  it('says so after thirty seconds in which nothing got less, goes on trying, and says when it gets on again', async () => {
    const harness = await exposed()
    const states = told(harness)
    harness.exchange.market(NVDA).clearBook()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(31_000)
    // The other market and both orders went: that was progress.
    expect(states.at(-1)).toMatchObject({ status: 'working', obstacles: [expect.stringContaining(`${NVDA}: `)] })
    await harness.pass(35_000)
    expect(states.at(-1)).toMatchObject({ status: 'degraded', obstacles: [expect.stringContaining('IOC_NO_MATCH')] })
    const tried = harness.actions().length
    await harness.pass(60_000)
    expect(harness.actions().length).toBeGreaterThan(tried)
    harness.exchange.market(NVDA).setBook({ bids: [['175', '0.4']], asks: [] })
    await harness.pass(60_000)
    expect(states.at(-1)).toMatchObject({ status: 'working' })
    harness.exchange.market(NVDA).seedBook()
    await harness.pass(60_000)
    const turns = states.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1])
    expect(turns).toEqual(['working', 'degraded', 'working', 'done'])
    expect(held(harness)).toBe('0')
  })

  it('slows down, so that hours without a counterparty do not use up what the account may send', async () => {
    const harness = await exposed()
    harness.exchange.market(NVDA).clearBook()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(3_600_000)
    expect(status(harness)).toBe('degraded')
    expect(harness.actions().length).toBeLessThan(1_000)
  })

  it('survives a connection that is away for minutes, and finds on its return what happened meanwhile', async () => {
    const harness = await exposed()
    let isDown = true
    harness.toExchange = () => !isDown
    harness.toExecutor = () => !isDown
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(100_000)
    expect(status(harness)).toBe('degraded')
    harness.exchange.market(NVDA).take('sell', '170', '1')
    expect(held(harness)).toBe('2')
    harness.exchange.market(NVDA).seedBook()
    isDown = false
    await harness.pass(180_000)
    expect([held(harness), held(harness, TSLA), resting(harness), status(harness)]).toEqual(['0', '0', 0, 'done'])
  })

  it('keeps the process alive until it is done, also where nothing else is waited for', async () => {
    const clock = createManualClock()
    let holds = 0
    /** Whoever holds the process has a timer that does. */
    const counting: Clock = {
      ...clock,
      schedule(fn, ms, options) {
        const isHold = options?.background !== true
        if (isHold) holds += 1
        let isOver = false
        const over = (): void => {
          if (isHold && !isOver) holds -= 1
          isOver = true
        }
        const ring = (): void => {
          over()
          fn()
        }
        const cancel = clock.schedule(ring, ms, options)
        return () => {
          over()
          cancel()
        }
      },
    }
    const exchange = createSimExchange({ clock, verifySignatures: false })
    exchange.account(ACCOUNT).deposit('1000').approveAgent(AGENT, { name: 'test' })
    const harness = createHarness({ clock: counting }, { clock, exchange })
    await harness.executor.start()
    await harness.pass(2_000)
    expect(holds).toBe(0)
    harness.toExchange = (text) => !text.includes('clearinghouseState')
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(20_000)
    expect([status(harness), holds]).toEqual(['working', 1])
    await harness.pass(60_000)
    expect([status(harness), holds]).toEqual(['degraded', 1])
    harness.toExchange = () => true
    await harness.pass(180_000)
    expect([status(harness), holds]).toEqual(['done', 0])
    await harness.executor.close()
  })

  it.each<[string, (harness: Harness) => void]>([
    ['an exit is refused', ({ exchange }) => exchange.fault({ fault: 'postOnlyMode', ms: 5_000 })],
    [
      'cancels are refused',
      ({ exchange }) => exchange.fault({ fault: 'tooManyRequests', of: 'request:action', times: 9 }),
    ],
    ['answers are lost', ({ exchange }) => exchange.fault({ fault: 'lose', of: ['reply:action', 'feed'], times: 40 })],
    ['requests are lost', ({ exchange }) => exchange.fault({ fault: 'lose', of: 'request:action', times: 6 })],
    [
      'the socket breaks at the first exit',
      ({ exchange }) => exchange.fault({ fault: 'cut', of: 'request:action:order', nth: 1 }),
    ],
    [
      'it goes half open',
      ({ exchange }) => exchange.fault({ fault: 'halfOpen', of: 'reply:action', connection: 'ws-1' }),
    ],
    ['the account cannot be read', ({ exchange }) => exchange.fault({ fault: 'lose', of: 'reply:info', times: 8 })],
    ['fills are told late', ({ exchange }) => exchange.fault({ fault: 'delay', of: 'feed:userFills', ms: 4_000 })],
  ])('gets there when %s', async (_, happen) => {
    const harness = await exposed()
    happen(harness)
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(240_000)
    expect([held(harness), held(harness, TSLA), resting(harness), status(harness)]).toEqual(['0', '0', 0, 'done'])
  })
})

describe('the reset', () => {
  it('needs an operator and an account that has come to the end of it, and is refused by code until then', async () => {
    const harness = await exposed()
    const { executor, pass } = harness
    executor.hardStop.trigger(STOP)
    expect(() => executor.hardStop.reset('ada')).toThrow(expect.objectContaining({ code: 'NOT_FLAT' }))
    await pass(2_000)
    expect(() => executor.hardStop.reset(' ')).toThrow(RangeError)
    executor.hardStop.reset('ada')
    expect(status(harness)).toBe('off')
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('filled')
  })

  it('is refused when something is there again, and while nobody knows', async () => {
    const harness = await createStarted()
    const { executor, pass } = harness
    executor.hardStop.trigger(STOP)
    await pass(1_000)
    expect(status(harness)).toBe('done')
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await pass(500)
    expect(() => executor.hardStop.reset('ada')).toThrow(`positions: ${NVDA}`)
    // Whoever trades by hand after the end of it is not interfered with.
    await pass(60_000)
    expect(held(harness)).toBe('1')
    placeElsewhere(harness, { isBuy: false, price: '175', tif: 'Ioc' })
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    expect(() => executor.hardStop.reset('ada')).toThrow('the account is not read')
    await pass(5_000)
    executor.hardStop.reset('ada')
  })

  it('begins anew with the next stop', async () => {
    const harness = await createStarted()
    const { executor, pass } = harness
    executor.hardStop.trigger(STOP)
    await pass(1_000)
    executor.hardStop.reset('ada')
    await trade(harness)
    executor.hardStop.trigger({ cause: 'manual', reason: 'again' })
    await pass(2_000)
    expect([held(harness), status(harness)]).toEqual(['0', 'done'])
  })
})

describe('a person who takes over', () => {
  it('ends it at once: nothing more is cancelled or closed, new orders stay stopped, and the reset is theirs', async () => {
    const harness = await exposed()
    const { executor, exchange, pass } = harness
    exchange.market(NVDA).clearBook()
    executor.hardStop.trigger(STOP)
    await pass(2_000)
    const states = told(harness)
    expect(() => executor.standDown.takeOver('')).toThrow(RangeError)
    executor.standDown.takeOver('ada')
    expect(states).toEqual([{ status: 'takenOver', at: expect.any(Number), by: 'ada' }])
    const sent = harness.actions().length
    exchange.market(NVDA).seedBook()
    await pass(120_000)
    expect(harness.actions()).toHaveLength(sent)
    expect([held(harness), status(harness)]).toEqual(['1', 'takenOver'])
    expect(executor.submit(buy())).toMatchObject({ reason: 'HARD_STOP' })
    const closing = executor.closePosition(NVDA)
    await pass(1_000)
    expect(await closing).toEqual({ status: 'flat' })
    executor.hardStop.reset('ada')
    expect(executor.submit(buy()).status).toBe('accepted')
  })

  it('without a stop takes over nothing', async () => {
    const harness = await exposed()
    harness.executor.standDown.takeOver('ada')
    expect(status(harness)).toBe('off')
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(2_000)
    expect(status(harness)).toBe('done')
  })
})

describe('across a crash, with a journal', () => {
  async function crash(journal: MemoryJournal, harness: Harness): Promise<Harness> {
    harness.kill()
    await journal.close()
    harness.clock.advance(10)
    const next = createHarness({ journal }, harness)
    await next.executor.start()
    return next
  }

  it('the next process goes on with it', async () => {
    const journal = createMemoryJournal()
    const harness = await exposed({ journal })
    harness.exchange.market(NVDA).clearBook()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(3_000)
    const next = await crash(journal, harness)
    expect(next.executor.hardStop.state).toMatchObject({ triggered: true, reason: 'news' })
    expect(status(next)).toBe('working')
    harness.exchange.market(NVDA).seedBook()
    await next.pass(5_000)
    expect([held(next), resting(next), status(next)]).toEqual(['0', 0, 'done'])
  })

  it.each<[string, (harness: Harness) => Promise<void>]>([
    ['came to its end', (harness) => harness.pass(3_000)],
    ['was taken over', async ({ executor }) => executor.standDown.takeOver('ada')],
  ])('one that %s stays so: what a person holds by then is left alone', async (_, finish) => {
    const journal = createMemoryJournal()
    const harness = await createStarted({ journal })
    harness.executor.hardStop.trigger(STOP)
    await finish(harness)
    const { state } = harness.executor.standDown
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await harness.settle()
    const second = await crash(journal, harness)
    await second.pass(10_000)
    expect([second.executor.standDown.state, held(second)]).toEqual([state, '1'])
    // From a checkpoint as well.
    const third = await crash(journal, second)
    await third.pass(10_000)
    expect([third.executor.standDown.state, held(third)]).toEqual([state, '1'])
  })
})

describe('together with the end of the executor', () => {
  it('is finished by `close`, which leaves nothing that it was told to take down', async () => {
    const harness = await exposed()
    const { executor, exchange } = harness
    exchange.market(NVDA).clearBook()
    executor.on('hardStop', () => void executor.close())
    executor.hardStop.trigger(STOP)
    await harness.pass(5_000)
    exchange.market(NVDA).seedBook()
    await harness.pass(30_000)
    expect(await executor.close()).toEqual({ openOrders: [], unknown: [], positions: [], notes: [] })
    expect(harness.clock.pendingTimers).toBe(0)
  })

  it('is left as it stands by a `close` that says so', async () => {
    const harness = await exposed()
    harness.exchange.market(NVDA).clearBook()
    harness.executor.hardStop.trigger(STOP)
    await harness.pass(1_000)
    const closing = harness.executor.close({ orders: 'leave', positions: 'leave' })
    await harness.pass(8_000)
    expect(await closing).toMatchObject({ positions: [{ market: NVDA }] })
    expect(harness.clock.pendingTimers).toBe(0)
  })

  it('before the start waits for the start, and keeps no process alive', async () => {
    const harness = createHarness()
    harness.executor.hardStop.trigger(STOP)
    expect([status(harness), harness.clock.pendingTimers]).toEqual(['working', 0])
    placeElsewhere(harness, { price: '177', tif: 'Ioc' })
    await harness.executor.start()
    await harness.pass(2_000)
    expect([held(harness), status(harness)]).toEqual(['0', 'done'])
  })

  it('leaves one owner to every market: an exit of the strategy, a close and the stop are one exit', async () => {
    const harness = await exposed()
    const { executor } = harness
    void executor.closePosition(NVDA)
    executor.hardStop.trigger(STOP)
    void executor.closePosition(TSLA)
    await harness.pass(2_000)
    const exits = harness
      .actions()
      .flatMap(({ type, orders }) => (type === 'order' ? (orders as readonly { r: boolean }[]) : []))
      .filter(({ r }) => r)
    expect(exits).toHaveLength(2)
    expect(status(harness)).toBe('done')
  })
})
