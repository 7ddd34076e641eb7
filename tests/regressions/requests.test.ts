/**
 * What once went wrong between a request and its answer, in the system this one descends from. The numbers are those of its
 * list of bugs (F) and weaknesses (W).
 */
import { type Address, createLocalSigner, type Signer } from 'hip3-executor'
import { createManualClock, createSimExchange, createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'
import { answerNext, holdFrames, ORDER_UPDATES, POST, USER_FILLS } from '../helpers/frames.js'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  NVDA,
  outcomeNow,
  TSLA,
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const ok = (type: string, ...statuses: unknown[]): unknown => ({ status: 'ok', response: { type, data: { statuses } } })
const statusesOf = async (orders: readonly ReturnType<typeof accepted>[]): Promise<unknown[]> =>
  (await Promise.all(orders.map(outcomeNow))).map((outcome) => (outcome === 'open' ? outcome : outcome.status))

describe('the number in flight', () => {
  it('F-03: is untouched by the answer to a request nobody made, one given twice, and one that is late', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const held = holdFrames(harness, POST)
    executor.submit(quote())
    await harness.settle()
    expect(executor.budget().inFlight).toBe(1)
    const [answer = ''] = held.texts
    harness.toExecutor = () => true
    harness.inject(answer.replace(/"id":\d+/, '"id":987654'))
    await harness.settle()
    expect(executor.budget().inFlight).toBe(1)
    await harness.pass(5_100)
    expect(executor.budget().inFlight).toBe(0)
    for (let times = 0; times < 3; times++) harness.inject(answer)
    await harness.settle()
    expect(executor.budget().inFlight).toBe(0)
    holdFrames(harness, POST)
    executor.submit(quote({ price: '169' }))
    await harness.settle()
    expect(executor.budget().inFlight).toBe(1)
  })

  it('F-04: does not count a request that could not be written, and what it had reserved is free again', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const { remaining } = executor.budget()
    const order = accepted(executor.submit(quote()))
    // The connection dies before the end of the turn in which the order would have been written.
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'NOT_SENT' })
    expect(executor.budget()).toMatchObject({ inFlight: 0, remaining })
    expect(executor.openOrders()).toEqual([])
    expect(harness.actions()).toEqual([])
  })

  it('F-06: is right again when the answer comes inside the very call that writes the request (W-08)', async () => {
    const harness = await createStarted()
    const { executor } = harness
    harness.toExchange = (text) => {
      if (!text.includes('"type":"order"')) return true
      const { id } = JSON.parse(text) as { id: number }
      const payload = ok('order', { resting: { oid: 7 } })
      harness.inject(JSON.stringify({ channel: 'post', data: { id, response: { type: 'action', payload } } }))
      return false
    }
    const order = accepted(executor.submit(quote()))
    await harness.settle()
    expect(order.current()).toMatchObject({ status: 'working', orderId: 7 })
    expect(executor.order(7)?.clientOrderId).toBe(order.clientOrderId)
    expect(executor.budget().inFlight).toBe(0)
    await harness.pass(10_000)
    expect(order.current().status).toBe('working')
    expect(executor.budget().inFlight).toBe(0)
  })
})

describe('an answer', () => {
  it('F-05: belongs to the request whose id it carries, whichever comes first', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const held = holdFrames(harness, POST, ORDER_UPDATES)
    const first = accepted(executor.submit(quote()))
    await harness.settle()
    const second = accepted(executor.submit(quote({ market: TSLA, price: '390' })))
    await harness.settle()
    const [one = '', two = ''] = held.texts.filter((text) => text.includes(POST))
    harness.toExecutor = () => true
    harness.inject(two)
    harness.inject(one)
    await harness.settle()
    for (const order of [first, second]) {
      const { oid, market } = exchange.record.orders.find(({ cloid }) => cloid === order.clientOrderId) ?? {}
      expect(order.current()).toMatchObject({ status: 'working', orderId: oid, market })
    }
  })

  it.each([
    ['a text', { status: 'err', response: 'User or API Wallet 0x1234 does not exist.' }, 'UNKNOWN_SIGNER'],
    ['a text under "ok"', { status: 'ok', response: 'Must deposit before performing actions.' }, 'NO_DEPOSIT'],
  ])(
    'W-01: that refuses the whole request as %s settles every order of it and frees their markets (W-02)',
    async (_, payload, reason) => {
      const harness = await createStarted()
      const { executor } = harness
      // The exchange never sees it, so that nothing but this answer speaks.
      harness.toExchange = (text) => !text.includes('"type":"order"')
      const orders = executor.submitMany([quote(), quote({ market: TSLA, price: '390' })]).map(accepted)
      await harness.settle()
      const { id } = JSON.parse(harness.written.at(-1) ?? '{}') as { id: number }
      harness.inject(JSON.stringify({ channel: 'post', data: { id, response: { type: 'action', payload } } }))
      for (const order of orders) expect(await order.outcome).toMatchObject({ status: 'rejected', reason })
      expect(executor.openOrders()).toEqual([])
      expect(executor.budget().inFlight).toBe(0)
    },
  )

  it.each([
    ['nothing', null],
    ['a number', 42],
    ['an object where the words belong', { status: 'err', response: { code: 5 } }],
    ['a status nobody knows', { status: 'perhaps', response: 'later' }],
    ['no entries (W-05)', ok('order')],
    ['too many entries', ok('order', { resting: { oid: 1 } }, { resting: { oid: 2 } }, { resting: { oid: 3 } })],
    ['one success for two', ok('order', 'success')],
  ])(
    'W-02: that nobody can read, such as %s, decides nothing: the orders are looked up and never resent',
    async (_, payload) => {
      const harness = await createStarted()
      const { executor, exchange } = harness
      exchange.fault({ fault: 'lose', of: 'feed:orderUpdates' })
      answerNext(harness, 'order', payload)
      const orders = executor.submitMany([quote(), quote({ market: TSLA, price: '390' })]).map(accepted)
      await harness.settle()
      expect(orders.map((order) => order.current().status)).toEqual(['unknown', 'unknown'])
      await harness.pass(2_000)
      expect(orders.map((order) => order.current().status)).toEqual(['working', 'working'])
      expect(harness.actions().filter(({ type }) => type === 'order')).toHaveLength(1)
    },
  )

  it('W-03: with one error for a whole batch settles all of it', async () => {
    const harness = await createStarted()
    const { executor } = harness
    // A batch that fails the venue's pre-validation: nothing of it is executed.
    harness.toExchange = (text) => !text.includes('"type":"order"')
    const orders = executor.submitMany([quote(), quote({ price: '169' }), quote({ price: '168' })]).map(accepted)
    await harness.settle()
    const { id } = JSON.parse(harness.written.at(-1) ?? '{}') as { id: number }
    const payload = ok('order', { error: 'Order price cannot be more than 80% away from the reference price' })
    harness.inject(JSON.stringify({ channel: 'post', data: { id, response: { type: 'action', payload } } }))
    await harness.settle()
    expect(await statusesOf(orders)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(executor.openOrders()).toEqual([])
  })

  it('W-04: with an entry nobody knows leaves that order unknown, and books every other to its own', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: ['feed:orderUpdates', 'feed:userFills'] })
    const filled = { filled: { totalSz: '1', avgPx: '176.5', oid: 12 } }
    answerNext(harness, 'order', ok('order', { resting: { oid: 10 } }, { parked: { oid: 11 } }, filled))
    const orders = executor.submitMany([quote(), quote({ price: '169' }), buy({ timeInForce: 'gtc' })]).map(accepted)
    await harness.settle()
    expect(orders.map((order) => [order.current().status, order.current().orderId])).toEqual([
      ['working', 10],
      ['unknown', undefined],
      ['filled', 12],
    ])
    await harness.pass(1_000)
    expect(orders[1]?.current()).toMatchObject({ status: 'working', orderId: exchange.record.orders[1]?.oid })
  })

  it('W-06: to a cancel is read entry by entry: gone, refused, or already over, and then looked up', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const orders = executor.submitMany([quote(), quote({ price: '169' }), quote({ price: '168' })]).map(accepted)
    await Promise.all(orders.map(({ acknowledged }) => acknowledged))
    const [, second] = exchange.account(ACCOUNT).openOrders()
    exchange.fault({ fault: 'lose', of: ['feed:orderUpdates', 'feed:userFills'] })
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    answerNext(
      harness,
      'cancelByCloid',
      ok(
        'cancel',
        { error: 'Order was never placed, already canceled, or filled. asset=110002' },
        { error: 'Cannot process fast cancel of a trigger order.' },
        'success',
      ),
    )
    const outcomes = await executor.cancelAll()
    expect(outcomes.map(({ status }) => status)).toEqual(['gone', 'rejected', 'canceled'])
    expect(second?.price).toBe('169')
    await harness.pass(2_000)
    expect(orders[0]?.current()).toMatchObject({ status: 'filled' })
    expect(orders[1]?.current().status).not.toBe('pendingCancel')
  })

  it('W-07: that comes after its time still repairs the order and its fills, once, and frees nothing twice', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const held = holdFrames(harness, POST, ORDER_UPDATES, USER_FILLS)
    const order = accepted(executor.submit(buy()))
    await harness.pass(5_100)
    expect([order.current().status, executor.budget().inFlight]).toEqual(['unknown', 0])
    executor.submitMany([quote(), quote({ price: '169', timeInForce: 'alo' })])
    await harness.settle()
    expect(executor.budget().inFlight).toBe(2)
    const answer = held.texts.find((text) => text.includes('"totalSz"')) ?? ''
    harness.toExecutor = () => true
    for (let times = 0; times < 2; times++) harness.inject(answer)
    await harness.settle()
    expect(order.current()).toMatchObject({ status: 'filled' })
    expect(order.current().filledSize.toFixed()).toBe('1')
    expect(executor.budget().inFlight).toBe(2)
  })

  it('F-53: "success" in place of an object leaves a post-only order resting, and it can be cancelled without its id (W-19)', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: 'feed:orderUpdates', nth: 1 })
    answerNext(harness, 'order', ok('order', 'success'))
    const order = accepted(executor.submit(quote({ timeInForce: 'alo' })))
    expect(await order.acknowledged).toMatchObject({ status: 'working', orderId: undefined })
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect((await order.outcome).status).toBe('canceled')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})

describe('an immediate order of which only the answer tells', () => {
  async function silent(): Promise<Harness> {
    const harness = await createStarted()
    harness.exchange.fault({ fault: 'lose', of: ['feed:orderUpdates', 'feed:userFills'] })
    return harness
  }

  it('F-43: that filled is booked, and its market is free', async () => {
    const harness = await silent()
    const { executor } = harness
    const order = accepted(executor.submit(buy()))
    await harness.settle()
    expect(order.current().status).toBe('filled')
    await harness.pass(2_000)
    expect((await order.outcome).filledSize.toFixed()).toBe('1')
    expect(executor.positions().map(({ market, size }) => [market, size.toFixed()])).toEqual([[NVDA, '1']])
    expect(executor.openOrders()).toEqual([])
  })

  it('F-43: that was refused is over at once, and its market is free', async () => {
    const harness = await silent()
    const { executor, exchange } = harness
    exchange.market(NVDA).clearBook()
    const order = accepted(executor.submit(buy()))
    expect(await order.outcome).toMatchObject({ status: 'rejected', reason: 'IOC_NO_MATCH' })
    expect(executor.openOrders()).toEqual([])
  })

  it('F-43: that rests, being of another kind, is followed from there', async () => {
    const harness = await silent()
    const order = accepted(harness.executor.submit(quote()))
    expect(await order.acknowledged).toMatchObject({ status: 'working' })
    expect(harness.executor.openOrders()).toHaveLength(1)
  })
})

describe('one request', () => {
  it('F-18: holds orders or cancels, never both, whatever is handed in during one turn', async () => {
    const harness = await createStarted()
    const { executor } = harness
    const resting = accepted(executor.submit(quote()))
    await resting.acknowledged
    const before = harness.actions().length
    void executor.cancel(resting.clientOrderId)
    executor.submit(quote({ price: '169' }))
    executor.submit(quote({ price: '168', timeInForce: 'alo' }))
    executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true }))
    await harness.settle()
    const sent = harness.actions().slice(before)
    expect(sent.map(({ type }) => type)).toEqual(['cancelByCloid', 'order', 'order', 'order'])
    for (const { orders, cancels } of sent) expect([orders, cancels]).toContain(undefined)
  })

  it('W-12: is made without the order that names an unknown market, and the others leave', async () => {
    const { executor, actions, settle } = await createStarted()
    const submissions = executor.submitMany([quote(), quote({ market: 'xyz:NOPE' }), quote({ price: '169' })])
    expect(submissions.map(({ status }) => status)).toEqual(['accepted', 'denied', 'accepted'])
    await settle()
    expect(actions().map(({ orders }) => (orders as unknown[]).length)).toEqual([2])
  })
})

describe('what was written', () => {
  it('W-17: is what was signed: vault and expiry stand in the hash and in the payload, or the venue would know another signer', async () => {
    const clock = createManualClock()
    const exchange = createSimExchange({ clock })
    const vault: Address = '0x00000000000000000000000000000000000000aa'
    exchange.account(TEST_ADDRESS).deposit('1000').addVault(vault)
    exchange.account(vault).deposit('100000')
    const options = { account: vault, vaultAddress: vault, signer: createLocalSigner(TEST_KEY), expiresAfterMs: 7_000 }
    const { executor } = createHarness(options, { clock, exchange })
    await executor.start()
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('filled')
    const { payload, signer } = exchange.record.requests.find(({ kind }) => kind === 'action') ?? {}
    expect(payload).toMatchObject({ vaultAddress: vault, expiresAfter: clock.now() + 7_000 })
    expect(signer).toBe(TEST_ADDRESS)
    expect(exchange.record.position(vault, NVDA)?.size).toBe('1')
  })

  it.each(['exit', 'entry'])('W-09: an %s without an answer is never sent a second time', async (kind) => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    await accepted(executor.submit(buy({ size: '3' }))).outcome
    const before = harness.actions().length
    exchange.fault({ fault: 'lose', of: ['reply:action:order', 'feed:orderUpdates', 'feed:userFills'] })
    const exit = { side: 'sell' as const, price: '176', reduceOnly: true }
    const order = accepted(executor.submit(buy(kind === 'exit' ? exit : {})))
    await harness.pass(60_000)
    expect(
      harness
        .actions()
        .slice(before)
        .filter(({ type }) => type === 'order'),
    ).toHaveLength(1)
    expect((await order.outcome).status).toBe('filled')
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe(kind === 'exit' ? '2' : '4')
  })
})

describe('while there is no connection', () => {
  it('W-11: nothing is signed over and over: what waits is signed once, when it can leave', async () => {
    const inner = createUnverifiedSigner(AGENT)
    let signatures = 0
    const signer: Signer = {
      address: AGENT,
      sign(digest, agent) {
        signatures += 1
        return inner.sign(digest, agent)
      },
    }
    const harness = await createStarted({ signer, socket: { minReconnectDelayMs: 8_000 } })
    const { executor } = harness
    await accepted(executor.submit(buy())).outcome
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    const before = signatures
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', reduceOnly: true })))
    await harness.pass(5_000)
    expect(signatures).toBe(before)
    await harness.pass(5_000)
    expect((await exit.outcome).status).toBe('filled')
    expect(signatures).toBe(before + 1)
  })

  it('W-13: every accepted order is told its end, also those that never leave', async () => {
    const signer = createHeldSigner()
    const harness = await createStarted({ signer })
    const { executor } = harness
    const orders = [accepted(executor.submit(quote()))]
    await harness.settle()
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    signer.release()
    await harness.pass(5_000)
    orders.push(accepted(executor.submit(quote({ price: '169' }))))
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    await harness.settle()
    signer.fail(new Error('gone'))
    await harness.pass(60_000)
    expect(await statusesOf(orders)).toEqual(['denied', 'denied'])
  })
})
