import { describe, expect, it } from 'vitest'
import { standardGates } from '../../src/index.js'
import { ACCOUNT, accepted, buy, createHarness, createStarted, NVDA } from '../helpers/harness.js'

const gates = standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '700', maxConcurrentPositions: 1 })
const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })
const denial = (submission: { status: string; reason?: string }): string => submission.reason ?? submission.status

describe('the claim of a cancelled order', () => {
  it('holds until the venue says how much had filled before the cancel (W-24f)', async () => {
    const harness = await createStarted({ gates })
    const { executor, exchange } = harness
    const order = accepted(executor.submit(resting({ size: '2' })))
    await order.acknowledged
    const heldBack: string[] = []
    harness.toExecutor = (text) => {
      const tellsOfFills = text.includes('"orderUpdates"') || text.includes('"userFills"')
      if (tellsOfFills) heldBack.push(text)
      return !tellsOfFills
    }
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    expect(denial(executor.submit(resting()))).toBe('PENDING_ORDER_EXISTS')

    harness.toExecutor = () => true
    for (const text of heldBack) harness.inject(text)
    expect((await order.outcome).filledSize.toFixed()).toBe('1')
    expect(denial(executor.submit(resting()))).toBe('ALREADY_HAS_POSITION')
  })

  it('ends after a while when nobody ever says, for our own orders and for those of others', async () => {
    const earlier = await createStarted({ gates })
    await accepted(earlier.executor.submit(resting())).acknowledged
    await earlier.executor.close({ orders: 'leave' })

    await earlier.pass(100)
    const harness = createHarness({ gates }, earlier)
    const { executor, exchange } = harness
    await executor.start()
    harness.toExecutor = (text) => !text.includes('"orderUpdates"')
    const [foreign] = executor.openOrders()
    expect(await executor.cancel(foreign?.orderId ?? 0)).toEqual({ status: 'canceled' })
    await harness.pass(4_000)
    const own = accepted(executor.submit(resting()))
    await own.acknowledged
    expect(await executor.cancel(own.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.pass(4_000)
    expect((await own.outcome).status).toBe('canceled')
    expect(executor.submit(resting()).status).toBe('accepted')
    expect(exchange.account(ACCOUNT).openOrders()).toEqual([])
  })
})
