import { createActionBudget, type VenueLimitsState } from 'hip3-executor'
import { createManualClock, createSimExchange, type SimExchangeOptions } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  outcomeNow,
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const exit = (overrides = {}) => buy({ side: 'sell', price: '174', size: '0.1', reduceOnly: true, ...overrides })
const TOO_MANY = { type: 'error', payload: '429 Too Many Requests' }
const WIDE_BUDGET = createActionBudget({ maxActions: 1_000_000 })

async function startedOn(limits: SimExchangeOptions['limits'], options: HarnessOptions = {}): Promise<Harness> {
  const clock = createManualClock()
  const exchange = createSimExchange({ clock, verifySignatures: false, limits })
  exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
  const harness = createHarness({ budget: WIDE_BUDGET, ...options }, { clock, exchange })
  await harness.executor.start()
  return harness
}

/** Everything the venue has refused for being too much. */
const refusals = ({ exchange }: Harness): readonly unknown[] =>
  exchange.record.requests.map(({ answer }) => answer).filter((answer) => /too many/i.test(JSON.stringify(answer)))

const asked = ({ exchange }: Harness): number =>
  exchange.record.requests.filter(({ payload }) => JSON.stringify(payload).includes('userRateLimit')).length

describe('the actions of the account', () => {
  it('are read from the venue on every connection', async () => {
    const harness = createHarness()
    harness.exchange.account(ACCOUNT).setRequests({ used: 4_000 }).setVolume('7000')
    await harness.executor.start()
    const { venue } = harness.executor.budget()
    expect(venue.actions).toEqual({ used: 4_000, limit: 17_000, leftForNew: 12_500 })
    harness.exchange.account(ACCOUNT).setRequests({ used: 5_000 })
    harness.sockets[0]?.terminate()
    await harness.pass(5_000)
    expect(harness.executor.budget().venue.actions.used).toBe(5_000)
  })

  it('are read again every minute, so that what others have sent for the account is seen', async () => {
    const harness = await createStarted()
    harness.exchange.account(ACCOUNT).setRequests({ used: 9_800 })
    await harness.pass(59_999)
    expect(harness.executor.submit(resting()).status).toBe('accepted')
    await harness.pass(1)
    expect(harness.executor.submit(resting())).toMatchObject({
      status: 'denied',
      reason: 'VENUE_LIMIT',
      gate: 'venueLimits',
      limit: '10000 actions',
      value: '9801',
    })
  })

  it('are counted as they leave, each order of a batch as one', async () => {
    const { executor, settle } = await createStarted()
    executor.submitMany([resting(), resting(), resting()])
    await settle()
    expect(executor.budget().venue).toMatchObject({
      actions: { used: 3, limit: 10_000, leftForNew: 9_497 },
      openOrders: { used: 3, limit: 950 },
      posts: { used: 0, limit: 100 },
    })
  })

  it('that end in the middle of a tick are given to the first who ask, and to no others', async () => {
    const harness = createHarness()
    harness.exchange.account(ACCOUNT).setRequests({ used: 9_497 })
    await harness.executor.start()
    const told: VenueLimitsState[] = []
    harness.executor.on('limits', (state) => told.push(state))
    const statuses = harness.executor.submitMany([1, 2, 3, 4, 5].map(() => resting())).map(({ status }) => status)
    expect(statuses).toEqual(['accepted', 'accepted', 'accepted', 'denied', 'denied'])
    expect(harness.executor.budget().nextNewOrderInMs).toBe(Number.POSITIVE_INFINITY)
    await harness.settle()
    expect(harness.actions()).toHaveLength(1)
    expect(told.map(({ exhausted }) => exhausted)).toEqual([['actions']])
  })

  it('come back with what is traded, and that is told too', async () => {
    const harness = createHarness({ venueLimits: { refreshMs: 5_000 } })
    const account = harness.exchange.account(ACCOUNT).setRequests({ used: 9_999 })
    const told: (readonly string[])[] = []
    harness.executor.on('limits', ({ exhausted }) => told.push(exhausted))
    await harness.executor.start()
    expect(harness.executor.budget().nextNewOrderInMs).toBe(Number.POSITIVE_INFINITY)
    account.setVolume('20000')
    await harness.pass(5_000)
    expect(told).toEqual([['actions'], []])
    expect(harness.executor.budget().nextNewOrderInMs).toBe(0)
    expect(harness.executor.submit(resting()).status).toBe('accepted')
  })

  it('are asked for at once when the venue refuses where we have counted none too many', async () => {
    const harness = await createStarted()
    await harness.pass(10_000)
    harness.exchange.account(ACCOUNT).setRequests({ used: 10_500 })
    const [first, second] = harness.executor.submitMany([resting(), resting()]).map(accepted)
    await harness.settle()
    expect(await first?.outcome).toMatchObject({ status: 'rejected', reason: 'RATE_LIMITED' })
    expect(await second?.outcome).toMatchObject({ status: 'rejected', reason: 'RATE_LIMITED' })
    expect(harness.executor.budget().venue).toMatchObject({ exhausted: ['actions'], actions: { used: 10_502 } })
    expect(asked(harness)).toBe(2)
    expect(harness.executor.submit(resting())).toMatchObject({ reason: 'VENUE_LIMIT' })
  })

  it('are counted five times for an order that came after its expiry', async () => {
    const harness = await createStarted({ expiresAfterMs: 1_000 })
    const held: string[] = []
    harness.toExchange = (text) => !text.includes('"type":"order"') || (void held.push(text) === undefined) === false
    const order = accepted(harness.executor.submit(resting()))
    await harness.settle()
    harness.toExchange = () => true
    await harness.pass(1_500)
    harness.sockets[0]?.send(held[0] ?? '')
    await harness.settle()
    expect(await order.outcome).toMatchObject({ status: 'rejected', reason: 'EXPIRED' })
    expect(harness.executor.budget().venue.actions.used).toBe(5)
  })

  it('that are read late do not keep anybody from starting', async () => {
    const harness = createHarness()
    harness.toExchange = (text) => !text.includes('userRateLimit')
    await harness.executor.start()
    expect(harness.executor.submit(resting()).status).toBe('accepted')
    expect(harness.executor.budget().venue.actions.limit).toBe(10_000)
    harness.toExchange = () => true
    await harness.pass(20_000)
    expect(asked(harness)).toBe(1)
  })
})

describe('with no actions left, the table of requests and the lane of new orders full', () => {
  it('a cancel and a reduce-only order leave at once', async () => {
    const harness = createHarness({
      budget: WIDE_BUDGET,
      maxQueueMs: 600_000,
      replyTimeoutMs: 600_000,
      venueLimits: { refreshMs: 1_000, postsInFlight: 50 },
      queue: { newOrderSpacingMs: 0, maxBatchSize: 1, capacity: { new: 100 } },
    })
    const { executor, exchange, written } = harness
    await executor.start()
    accepted(executor.submit(buy({ size: '1' })))
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    expect(order.current().status).toBe('working')

    harness.toExecutor = (text) => !text.includes('"type":"order"')
    for (let n = 0; n < 40; n++) executor.submit(resting())
    await harness.settle()
    for (let n = 0; n < 100; n++) executor.submit(resting())
    await harness.settle()
    expect(executor.budget().inFlight).toBe(40)
    expect(executor.submit(resting())).toMatchObject({ status: 'denied', reason: 'QUEUE_FULL' })
    exchange.account(ACCOUNT).setRequests({ used: 10_500 })
    await harness.pass(5_000)
    expect(executor.budget()).toMatchObject({
      inFlight: 40,
      queued: { new: 100 },
      nextNewOrderInMs: Number.POSITIVE_INFINITY,
      venue: { exhausted: ['actions'] },
    })

    const before = written.length
    void executor.cancel(order.clientOrderId)
    const out = accepted(executor.submit(exit()))
    await harness.settle()
    const sent = written.slice(before).join('\n')
    expect(sent).toContain('cancelByCloid')
    expect(sent).toContain(out.clientOrderId)
    expect(exchange.record.orders.find(({ cloid }) => cloid === order.clientOrderId)?.status).toBe('canceled')
    expect(exchange.record.orders.find(({ cloid }) => cloid === out.clientOrderId)?.status).toBe('filled')
    expect(refusals(harness)).toEqual([])
  })

  it('the next reduce-only order waits for the one action in ten seconds, and a new one is not sent', async () => {
    const harness = createHarness({ budget: WIDE_BUDGET })
    const { executor, exchange } = harness
    exchange.account(ACCOUNT).setRequests({ used: 9_000 })
    await executor.start()
    accepted(executor.submit(buy({ size: '1' })))
    await harness.settle()
    exchange.account(ACCOUNT).setRequests({ used: 10_200, free: 10_000 })
    await harness.pass(60_000)
    const exits = [0, 1].map((n) => accepted(executor.submit(exit({ timeInForce: 'gtc', price: `${174 + n}` }))))
    await harness.settle()
    expect(exits.map((one) => one.current().status)).toEqual(['filled', 'pending'])
    await harness.pass(10_999)
    expect(exits[1]?.current().status).toBe('pending')
    await harness.pass(1)
    expect(exits[1]?.current().status).toBe('filled')
    expect(refusals(harness)).toEqual([])
  })
})

describe('the minute of the IP address', () => {
  it('is never overspent, and what is kept of it lets cancels and reduce-only orders out at once', async () => {
    const harness = await startedOn('venue', { queue: { newOrderSpacingMs: 0, maxBatchSize: 1 } })
    const { executor } = harness
    accepted(executor.submit(buy({ size: '1' })))
    const kept = accepted(executor.submit(resting()))
    await harness.settle()
    const told: (readonly string[])[] = []
    executor.on('limits', ({ exhausted }) => told.push(exhausted))
    const inTime: string[] = []
    while (inTime.length < 1_000) {
      const submission = executor.submit(buy({ price: '170', size: '0.1' }))
      if (submission.status === 'denied') break
      inTime.push(submission.clientOrderId)
      await harness.pass(10)
    }
    expect(told).toEqual([['weight']])
    expect(executor.submit(resting())).toMatchObject({ reason: 'VENUE_LIMIT', limit: 'a wait of 2000 ms' })
    const { nextNewOrderInMs, venue } = executor.budget()
    expect(nextNewOrderInMs).toBeGreaterThan(40_000)
    expect(venue.weight).toEqual({ used: 960, limit: 1_200, leftForNew: 0 })

    const out = accepted(executor.submit(exit()))
    const canceled = executor.cancel(kept.clientOrderId)
    await harness.settle()
    expect(await outcomeNow(out)).toMatchObject({ status: 'filled' })
    expect(await canceled).toEqual({ status: 'canceled' })

    for (let ms = nextNewOrderInMs; ms > 0; ms = executor.budget().nextNewOrderInMs) await harness.pass(ms)
    expect(told.at(-1)).toEqual([])
    expect(executor.submit(resting()).status).toBe('accepted')
    expect(refusals(harness)).toEqual([])
  })

  it('that the venue takes for used up gives new orders a rest, and lets cancels and exits pass', async () => {
    const harness = await createStarted()
    const { executor } = harness
    accepted(executor.submit(buy({ size: '1' })))
    await harness.settle()
    harness.toExecutor = (text) => {
      if (!text.includes('"type":"order"')) return true
      harness.toExecutor = () => true
      const { id } = (JSON.parse(text) as { data: { id: number } }).data
      harness.inject(JSON.stringify({ channel: 'post', data: { id, response: TOO_MANY } }))
      return false
    }
    const refused = accepted(executor.submit(resting()))
    await harness.settle()
    expect(await refused.outcome).toMatchObject({ status: 'rejected', reason: 'RATE_LIMITED' })
    expect(executor.budget()).toMatchObject({ nextNewOrderInMs: 5_000, venue: { exhausted: ['weight'] } })
    expect(executor.submit(resting())).toMatchObject({ reason: 'VENUE_LIMIT', value: '5000' })
    const out = accepted(executor.submit(exit()))
    await harness.settle()
    expect(await outcomeNow(out)).toMatchObject({ status: 'filled' })
    await harness.pass(5_000)
    expect(executor.submit(resting()).status).toBe('accepted')
  })

  it('may be smaller than the venue’s, for who shares it', async () => {
    const { executor } = await createStarted({ venueLimits: { weightPerMinute: 400 } })
    expect(executor.budget().venue.weight.limit).toBe(400)
  })
})

describe('open orders', () => {
  it('never take the last places from reduce-only orders', async () => {
    const harness = await createStarted({ budget: WIDE_BUDGET, venueLimits: { maxOpenOrders: 3 } })
    const { executor } = harness
    const orders = executor.submitMany([resting(), resting(), resting(), resting()])
    expect(orders.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted', 'denied'])
    expect(orders[3]).toMatchObject({ reason: 'VENUE_LIMIT', limit: '3 open orders', value: '3' })
    await harness.settle()
    const [first] = executor.openOrders()
    expect(executor.modify(first?.clientOrderId ?? 0, { price: '169' }).status).toBe('accepted')
    await harness.settle()
    await executor.cancel(executor.openOrders()[0]?.clientOrderId ?? 0)
    expect(executor.submit(resting()).status).toBe('accepted')
  })
})

describe('the budget', () => {
  it('counts what leaves: orders that were held up and leave together fill the window they leave in', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({
      signer,
      signTimeoutMs: 10_000,
      budget: createActionBudget({ maxActions: 2, windowMs: 1_000 }),
    })
    const { executor, exchange } = harness
    executor.submitMany([resting(), resting()])
    await harness.pass(900)
    expect(executor.submit(resting())).toMatchObject({ reason: 'BUDGET_EXHAUSTED' })
    signer.release()
    await harness.settle()
    expect(exchange.record.orders).toHaveLength(2)
    await harness.pass(999)
    expect(executor.budget()).toMatchObject({ remaining: 0, nextNewOrderInMs: 1 })
    expect(executor.submit(resting())).toMatchObject({ reason: 'BUDGET_EXHAUSTED', value: '1' })
    await harness.pass(1)
    expect(executor.submit(resting()).status).toBe('accepted')
  })
})
