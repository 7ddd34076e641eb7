/**
 * The two races that the review of the system this one descends from put first (P1), and what once went wrong with stopping
 * and closing. Each race is run against the naive way as well, kept here as the counter-example: there it must fail.
 */
import { createActionBudget, createHardStop, type HardStop } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createStarted, type Harness, LEAVE_ALL, NVDA, TSLA } from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const LIMIT = { maxActions: 3, windowMs: 1_000 }

describe('P1: the budget at the edge of its window (F-01, W-20)', () => {
  type Reserve = (now: number) => boolean | Promise<boolean>

  /** Uses a window up, and lets ten callers come at once when the next one begins. */
  async function grantedAtEdge(reserve: Reserve): Promise<number> {
    for (let n = 0; n < LIMIT.maxActions; n++) await reserve(0)
    const answers = await Promise.all(Array.from({ length: 10 }, () => reserve(LIMIT.windowMs)))
    return answers.filter((isGranted) => isGranted).length
  }

  /** Reads that the window is over, does something else, and starts it anew on what it has read. */
  function naive(): Reserve {
    let start = 0
    let count = 0
    return async (now) => {
      const isOver = now - start >= LIMIT.windowMs
      await Promise.resolve()
      if (isOver) {
        start = now
        count = 0
      }
      if (count >= LIMIT.maxActions) return false
      count += 1
      return true
    }
  }

  it('is overspent where reading and taking are two steps', async () => {
    expect(await grantedAtEdge(naive())).toBe(10)
  })

  it('is not overspent in one step', async () => {
    const budget = createActionBudget(LIMIT)
    const reserve: Reserve = (now) => {
      const slot = budget.reserve(now)
      if (slot.granted) slot.written(now)
      return slot.granted
    }
    expect(await grantedAtEdge(reserve)).toBe(LIMIT.maxActions)
  })

  it('is not overspent by an executor whose signer takes its time, by the exchange’s own record', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({ signer, budget: createActionBudget(LIMIT) })
    const { executor, exchange, clock, pass } = harness
    for (let tick = 0; tick < 40; tick++) {
      for (let n = 0; n < 5; n++) executor.submit(buy({ price: '170', timeInForce: 'gtc' }))
      await pass(90)
      if (tick % 3 === 0) signer.release()
      await pass(1)
    }
    const times = exchange.record.orders.filter(({ account }) => account === ACCOUNT).map(({ placedAt }) => placedAt)
    expect(times.length).toBeGreaterThan(LIMIT.maxActions)
    for (const from of times) {
      expect(times.filter((at) => at >= from && at < from + LIMIT.windowMs).length).toBeLessThanOrEqual(
        LIMIT.maxActions,
      )
    }
    expect(clock.monotonic()).toBeGreaterThan(3 * LIMIT.windowMs)
  })
})

describe('P1: the halt between taking an order from the queue and writing it (F-09, W-14)', () => {
  type Sender = { readonly hardStop: HardStop; submit(): void; answer(): Promise<void>; written(): number }

  /** An order is being signed when everything is stopped; then its signature comes. */
  async function newOrdersAfterStop({ hardStop, submit, answer, written }: Sender): Promise<number> {
    submit()
    await Promise.resolve()
    await Promise.resolve()
    hardStop.trigger({ cause: 'risk', reason: 'drawdown' })
    await answer()
    return written()
  }

  /** Looks at the switch when it takes an order from the queue, and writes what it has signed. */
  function naive(): Sender {
    const signer = createHeldSigner()
    const hardStop = createHardStop({ clock: { now: () => 0 } })
    const queue: string[] = []
    let written = 0
    async function flush(): Promise<void> {
      const order = queue.shift()
      if (order === undefined || hardStop.state.triggered) return
      await signer.sign('0x', { network: 'testnet', connectionId: '0x' })
      written += 1
    }
    return {
      hardStop,
      submit() {
        queue.push('an order')
        void flush()
      },
      async answer() {
        signer.release()
        for (let turn = 0; turn < 10; turn++) await Promise.resolve()
      },
      written: () => written,
    }
  }

  async function ours(): Promise<Sender> {
    const signer = createHeldSigner()
    const { executor, exchange, settle } = await createStarted({ signer })
    return {
      hardStop: executor.hardStop,
      submit: () => void executor.submit(buy()),
      async answer() {
        expect(signer.waiting).toBe(1)
        signer.release()
        await settle()
      },
      written: () => exchange.record.orders.filter(({ account }) => account === ACCOUNT).length,
    }
  }

  it('lets an order out where the switch is looked at before the signature only', async () => {
    expect(await newOrdersAfterStop(naive())).toBe(1)
  })

  it('lets nothing out where it is looked at in the turn of the write', async () => {
    expect(await newOrdersAfterStop(await ours())).toBe(0)
  })
})

const held = ({ exchange }: Harness, market = NVDA): string => exchange.record.position(ACCOUNT, market)?.size ?? '0'
const STOP = { cause: 'manual', reason: 'news' } as const

describe('stopping', () => {
  it('F-44: refusals that a closing market brings with it do not count against the account, an unknown one does', async () => {
    const harness = await createStarted({ riskMonitor: { maxLoss: false, maxRejectsPerHour: 10 } })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    exchange.market(NVDA).clearBook()
    const closing = executor.closePosition(NVDA, { timeoutMs: 120_000 })
    await harness.pass(100_000)
    expect(executor.risk().rejectsLastHour).toBe(0)
    expect(harness.actions().length).toBeGreaterThan(15)
    exchange.market(NVDA).seedBook()
    await harness.pass(10_000)
    expect(await closing).toEqual({ status: 'flat' })
    exchange.fault({ fault: 'postOnlyMode', ms: 1_000 })
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('rejected')
    expect(executor.risk().rejectsLastHour).toBe(1)
  })

  it('F-46: a flat market and one of no size are never sent an exit, by the stop or by a close', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    await accepted(executor.submit(buy({ side: 'sell', price: '175', reduceOnly: true }))).outcome
    const sent = harness.actions().length
    executor.hardStop.trigger(STOP)
    const closing = executor.closePosition(NVDA)
    await harness.pass(5_000)
    expect(await closing).toEqual({ status: 'flat' })
    expect(harness.actions()).toHaveLength(sent)
  })

  it('F-47: a time stop, two closes, the stop and the end of the executor in one tick are one exit', async () => {
    const harness = await createStarted({ timeStop: { maxHoldMs: 1_000 } })
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    await harness.pass(999)
    void executor.closePosition(NVDA)
    const passing = harness.pass(1)
    void executor.closePosition(NVDA)
    executor.hardStop.trigger(STOP)
    const closing = executor.close({ positions: 'flatten' })
    await passing
    await harness.pass(5_000)
    expect(await closing).toMatchObject({ positions: [], notes: [] })
    const exits = harness.actions().filter(({ orders }) => (orders as readonly { r: boolean }[] | undefined)?.[0]?.r)
    expect(exits).toHaveLength(1)
  })

  it('F-48: no entry follows an exit of the stop, also not after a person has taken over', async () => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    executor.hardStop.trigger(STOP)
    for (let tick = 0; tick < 10; tick++) {
      expect(executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'HARD_STOP' })
      await harness.pass(100)
    }
    executor.standDown.takeOver('ada')
    expect(executor.submit(buy({ market: TSLA, price: '401' }))).toMatchObject({ reason: 'HARD_STOP' })
    expect(held(harness)).toBe('0')
  })

  it('W-27: what was queued is not sent after a reset, what rests is cancelled, and the end is verified', async () => {
    const harness = await createStarted({ queue: { newOrderSpacingMs: 2_000 } })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    await harness.pass(2_000)
    await accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' }))).acknowledged
    const queued = accepted(executor.submit(buy({ price: '171', timeInForce: 'gtc' })))
    executor.hardStop.trigger(STOP)
    expect(await queued.outcome).toMatchObject({ status: 'denied', reason: 'HARD_STOP' })
    await harness.pass(1_000)
    expect(executor.standDown.state).toMatchObject({ status: 'done', isFlat: true })
    expect([held(harness), exchange.account(ACCOUNT).openOrders()]).toEqual(['0', []])
    executor.hardStop.reset('ada')
    await harness.pass(5_000)
    expect(exchange.record.orders.filter(({ price }) => price === '171')).toEqual([])
  })

  it('W-28: an exit that finds nobody, is refused, or is never answered leaves the market free to be closed again', async () => {
    const harness = await createStarted({ ...LEAVE_ALL })
    const { executor, exchange } = harness
    await accepted(executor.submit(buy())).outcome
    for (const happen of [
      () => exchange.market(NVDA).clearBook(),
      () => {
        exchange.market(NVDA).seedBook()
        exchange.fault({ fault: 'postOnlyMode', ms: 900 })
      },
      () => exchange.fault({ fault: 'lose', of: 'request:action:order', times: 1 }),
    ]) {
      happen()
      const closing = executor.closePosition(NVDA, { timeoutMs: 800 })
      await harness.pass(900)
      expect((await closing).status).toBe('open')
    }
    await harness.pass(30_000)
    const last = executor.closePosition(NVDA)
    await harness.pass(30_000)
    expect(await last).toEqual({ status: 'flat' })
    expect(executor.submit(buy()).status).toBe('accepted')
  })
})
