import { standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, NVDA, TSLA } from '../helpers/harness.js'
import { placeElsewhere } from '../helpers/venue.js'

const GATES = standardGates({
  maxNotionalPerMarket: '300',
  maxNotionalTotal: '1000',
  maxConcurrentPositions: 5,
  singleEntry: false,
})
const STRANGER = `0x${'5'.repeat(32)}` as const

describe('orders that this executor did not place', () => {
  it('are adopted unless told otherwise: counted, shown, and reached by cancelAll (F-57)', async () => {
    const harness = createHarness({ gates: GATES })
    const { executor, exchange } = harness
    placeElsewhere(harness, { cloid: STRANGER })
    await executor.start()
    expect(executor.openOrders()).toMatchObject([{ market: NVDA, isExternal: true, clientOrderId: STRANGER }])
    // 300 less one at the mark, which already rests.
    expect(accepted(executor.submit(buy())).current().size.toFixed()).toBe('0.699')
    await harness.settle()
    placeElsewhere(harness, { market: TSLA, price: '390' })
    await harness.settle()
    expect(executor.openOrders()).toHaveLength(2)
    expect(await executor.cancelAll()).toEqual([{ status: 'canceled' }, { status: 'canceled' }])
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('are left alone when they are to be ignored: not counted, not shown, not cancelled', async () => {
    const harness = createHarness({ gates: GATES, externalOrders: 'ignore' })
    const { executor, exchange } = harness
    placeElsewhere(harness)
    await executor.start()
    placeElsewhere(harness, { price: '169' })
    harness.sockets[0]?.terminate()
    await harness.pass(120_000)
    expect(executor.readiness().ready).toBe(true)
    expect(executor.openOrders()).toEqual([])
    expect(await executor.cancelAll()).toEqual([])
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(2)
    expect(
      accepted(executor.submit(buy({ size: '1.5' })))
        .current()
        .size.toFixed(),
    ).toBe('1.5')
    await harness.settle()
    // What such an order fills is a position like any other.
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    await harness.settle()
    expect(executor.positions().map(({ size }) => size.toFixed())).toEqual(['2.5'])
    await executor.close({ orders: 'cancel' })
    expect(exchange.account(ACCOUNT).openOrders()).toHaveLength(1)
  })

  it('are cancelled as soon as they are seen when they are not wanted: before the start is done, and by a feed', async () => {
    const harness = createHarness({ externalOrders: 'cancel' })
    const { executor, exchange } = harness
    placeElsewhere(harness)
    placeElsewhere(harness, { market: TSLA, price: '390', cloid: STRANGER })
    let isReady = false
    const starting = executor.start().then(() => {
      isReady = true
    })
    await harness.settle()
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(isReady).toBe(false)
    await harness.pass(500)
    await starting
    expect(executor.openOrders()).toEqual([])

    placeElsewhere(harness, { price: '169' })
    await harness.settle()
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(executor.readiness().ready).toBe(true)
    expect(executor.openOrders()).toEqual([])
  })

  it('and cannot be cancelled keep the executor from being ready, which says which they are', async () => {
    const harness = createHarness({ externalOrders: 'cancel' })
    const { executor, exchange } = harness
    placeElsewhere(harness)
    const refusal = exchange.fault({ fault: 'tooManyRequests', of: 'request:action:cancel' })
    const patience = new AbortController()
    const starting = executor.start({ signal: patience.signal })
    await harness.pass(30_000)
    const [order] = exchange.account(ACCOUNT).openOrders()
    expect(executor.readiness().missing).toMatchObject([
      { condition: 'account', detail: `order ${NVDA} ${order?.oid}: ours unwanted, the venue's open` },
    ])
    expect(executor.submit(buy())).toMatchObject({ reason: 'RECONCILING' })
    patience.abort()
    await expect(starting).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining(String(order?.oid)),
    })
    expect(refusal.hits).toBeGreaterThan(2)

    refusal.stop()
    await harness.pass(30_000)
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(executor.readiness().ready).toBe(true)
  })

  it('and are not wanted are found after a reconnect, and when no feed told of them', async () => {
    const harness = await createStarted({ externalOrders: 'cancel' })
    const { executor, exchange } = harness
    harness.sockets[0]?.terminate()
    await harness.settle()
    placeElsewhere(harness)
    await harness.pass(3_000)
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
    expect(executor.readiness().ready).toBe(true)
    const silence = exchange.fault({ fault: 'lose', of: 'feed:orderUpdates' })
    placeElsewhere(harness)
    await harness.pass(70_000)
    silence.stop()
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })

  it('are not our own, even when they are not wanted', async () => {
    const harness = await createStarted({ externalOrders: 'cancel' })
    const order = accepted(harness.executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    await harness.pass(130_000)
    expect(order.current().status).toBe('working')
  })

  it('need a word that is known', () => {
    expect(() => createHarness({ externalOrders: 'keep' as never })).toThrow(/^externalOrders: expected "adopt" or /)
  })
})
