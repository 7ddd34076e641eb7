/** What `npm run chaos` found, each as the shortest story that shows it. */
import { createMemoryJournal, type Signer } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
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
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const isQuestion = (text: string): boolean => text.includes('"type":"info"')
const isOrder = (text: string): boolean => text.includes('"type":"order"')

describe('a venue that leaves questions unanswered', () => {
  it('does not keep a cancel from leaving, however many orders are looked up', async () => {
    const harness = await createStarted({ resolution: { useNoop: false } })
    const { executor } = harness
    const order = accepted(executor.submit(resting()))
    await harness.settle()
    harness.toExchange = (text) => !isQuestion(text) && !isOrder(text)
    for (let i = 0; i < 150; i++) executor.submit(resting({ size: '0.1' }))
    await harness.pass(20_000)

    void executor.cancel(order.clientOrderId)
    await harness.settle()
    expect(await outcomeNow(order)).toMatchObject({ status: 'canceled' })
  })

  it('is asked again on another connection, and every order is resolved', async () => {
    const harness = await createStarted({ resolution: { useNoop: false } })
    const { executor } = harness
    harness.toExchange = (text) => !isQuestion(text) && !isOrder(text)
    const orders = Array.from({ length: 90 }, () => executor.submit(resting({ size: '0.1' }))).map(accepted)
    await harness.pass(60_000)
    harness.toExchange = () => true
    await harness.pass(60_000)
    for (const order of orders) expect(await outcomeNow(order)).toMatchObject({ status: 'expired' })
  })
})

/** A resting order that the owner of the account places elsewhere. */
function placeByHand({ exchange, clock }: Harness): void {
  const { assetId } = exchange.market(NVDA)
  const orders = [{ a: assetId, b: true, p: '170', s: '1', r: false, t: { limit: { tif: 'Gtc' } } }]
  const signature = createUnverifiedSigner(ACCOUNT).sign('0x', { network: 'testnet', connectionId: '0x' })
  exchange.handleExchange(
    { action: { type: 'order', orders, grouping: 'na' }, nonce: clock.now(), signature },
    () => {},
  )
}

describe('a foreign order that was cancelled right before a crash', () => {
  it('gives up its claim after the restart', async () => {
    const journal = createMemoryJournal()
    const harness = await createStarted({ journal })
    placeByHand(harness)
    await harness.settle()
    harness.toExecutor = (text) => !text.includes('"channel":"orderUpdates"')
    void harness.executor.cancelAll()
    await harness.settle()
    expect(harness.executor.openOrders()).toMatchObject([{ status: 'canceled' }])
    harness.kill()

    const next = createHarness({ journal: createMemoryJournal(journal.records) }, harness)
    await Promise.all([next.executor.start(), next.pass(10_000)])
    expect(next.executor.openOrders()).toEqual([])
  })
})

describe('a foreign order that was found right before a crash', () => {
  it('can be cancelled after the restart', async () => {
    const journal = createMemoryJournal()
    const harness = await createStarted({ journal })
    placeByHand(harness)
    await harness.settle()
    harness.kill()

    const until = journal.records.findIndex(({ kind }) => kind === 'order') + 1
    const next = createHarness({ journal: createMemoryJournal(journal.records.slice(0, until)) }, harness)
    next.toExchange = (text) => !isQuestion(text) || text.includes('exchangeStatus')
    void next.executor.start()
    await next.settle()
    void next.executor.cancelAll()
    await next.settle()
    expect(next.exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})

describe('a foreign order of which the fill is heard before the order', () => {
  it('gives up its claim when it is over', async () => {
    const harness = await createStarted()
    const held: string[] = []
    harness.toExecutor = (text) => {
      const isHeld = text.includes('"channel":"orderUpdates"')
      if (isHeld) held.push(text)
      return !isHeld
    }
    placeByHand(harness)
    await harness.settle()
    harness.exchange.market(NVDA).setBook({ bids: [], asks: [] }).take('sell', '170', '1')
    await harness.settle()
    harness.toExecutor = () => true
    for (const text of held) harness.inject(text)
    await harness.pass(30_000)
    expect(harness.executor.positions()).toMatchObject([{ market: NVDA }])
    expect(harness.executor.openOrders()).toEqual([])
  })
})

describe('an order that is cancelled while it is signed', () => {
  it('raises no alarm', async () => {
    const slow = createHeldSigner()
    const fast = createUnverifiedSigner(AGENT)
    let signer: Signer = slow
    const harness = await createStarted({
      signer: { address: AGENT, sign: (digest, agent) => signer.sign(digest, agent) },
    })
    const alarms: unknown[] = []
    harness.executor.on('conflict', (conflict) => alarms.push(conflict))
    const order = accepted(harness.executor.submit(resting()))
    await harness.settle()
    signer = fast
    void harness.executor.cancel(order.clientOrderId)
    await harness.settle()
    slow.release()
    await harness.settle()
    expect(await outcomeNow(order)).toMatchObject({ status: 'denied', reason: 'CANCELED_BEFORE_SENT' })
    expect(alarms).toEqual([])
  })
})

describe('an order that is cancelled after a part of it filled, with an executor that hears nothing but the cancel', () => {
  const filledInPart = async () => {
    const journal = createMemoryJournal()
    const harness = await createStarted({ journal })
    const order = accepted(harness.executor.submit(resting()))
    await harness.settle()
    harness.toExecutor = (text) => !/"channel":"(orderUpdates|userFills)"|"type":"userFillsByTime"/.test(text)
    harness.exchange.market(NVDA).setBook({ bids: [], asks: [] }).take('sell', '170', '0.4')
    await harness.settle()
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    const closing = harness.executor.close({ timeoutMs: 2_000 })
    await harness.pass(5_000)
    return { harness, journal, order, report: await closing }
  }

  it('is unknown when the executor is closed, not cancelled with nothing filled', async () => {
    const { order, report } = await filledInPart()
    expect(await outcomeNow(order)).toMatchObject({ status: 'unknown' })
    expect(report).toMatchObject({ openOrders: [], unknown: [{ clientOrderId: order.clientOrderId }] })
  })

  it('is told with what filled by the next executor on its journal', async () => {
    const { harness, journal, order } = await filledInPart()
    const next = createHarness({ journal: createMemoryJournal(journal.records) }, harness)
    const [{ recovered }] = await Promise.all([next.executor.start(), next.pass(30_000)])
    expect(recovered.map(({ clientOrderId }) => clientOrderId)).toEqual([order.clientOrderId])
    const outcomes = await Promise.all(recovered.map(({ outcome }) => outcome))
    expect(outcomes.map(({ status, filledSize }) => [status, filledSize.toFixed()])).toEqual([['canceled', '0.4']])
  })
})
