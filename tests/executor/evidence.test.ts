/** Plain cases of evidence that comes in an unlucky order, as the random histories found them. */
import { describe, expect, it } from 'vitest'
import { accepted, buy, createStarted, type Harness, NVDA, outcomeNow } from '../helpers/harness.js'

/** Keeps back what tells of orders; hands it in by kind. */
function holdBack(harness: Harness): (kind: string) => Promise<void> {
  const held: string[] = []
  harness.toExecutor = (text) => {
    const isHeld = ['"post"', '"orderUpdates"', '"userFills"'].some((channel) => text.includes(`"channel":${channel}`))
    if (isHeld) held.push(text)
    return !isHeld
  }
  return async (kind) => {
    const filter = harness.toExecutor
    harness.toExecutor = () => true
    for (const text of held.filter((one) => one.includes(kind))) harness.inject(text)
    harness.toExecutor = filter
    await harness.settle()
  }
}

describe('a reduce-only order larger than the position', () => {
  it.each([
    ['the answer', ['"post"', '"userFills"', '"orderUpdates"']],
    ['the update', ['"orderUpdates"', '"userFills"', '"post"']],
    ['the fill', ['"userFills"', '"orderUpdates"', '"post"']],
  ])('is cut by the exchange, and ends canceled with what it filled, when %s comes first', async (_, kinds) => {
    const harness = await createStarted()
    const { executor } = harness
    await accepted(executor.submit(buy({ size: '1' }))).outcome
    const deliver = holdBack(harness)
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '176', size: '1.5', reduceOnly: true })))
    await harness.settle()
    for (const kind of kinds) await deliver(kind)
    const outcome = await exit.outcome
    expect([outcome.status, outcome.filledSize.toFixed(), outcome.remainingSize.toFixed()]).toEqual([
      'canceled',
      '1',
      '0.5',
    ])
    expect(exit.current().status).toBe('canceled')
  })
})

describe('a cancelled order of which only the cancel is known', () => {
  it('is not told with less than it filled when the answer about fills is of a moment before', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    const order = accepted(executor.submit(buy({ price: '170', size: '2', timeInForce: 'gtc' })))
    await order.acknowledged
    exchange.fault({ fault: 'lose', of: ['feed:orderUpdates', 'feed:userFills'] })
    exchange.market(NVDA).clearBook().take('sell', '170', '1')
    await harness.pass(500)
    // The server asked lags two seconds behind the chain: it has not seen the fill yet.
    let lagsUntil = harness.clock.monotonic() + 2_000
    harness.toExecutor = (text) => {
      if (!text.includes('"type":"userFills"') || harness.clock.monotonic() > lagsUntil) return true
      lagsUntil = harness.clock.monotonic() - 1
      harness.inject(text.replace(/"data":\[\{.*\}\]/, '"data":[]'))
      return false
    }
    expect(await executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.pass(1_500)
    expect(await outcomeNow(order)).toBe('open')
    await harness.pass(30_000)
    const outcome = await order.outcome
    expect([outcome.status, outcome.filledSize.toFixed()]).toEqual(['canceled', '1'])
  })
})
