import type { PositionClosedEvent } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, type Harness, NVDA } from '../helpers/harness.js'

function listen({ executor }: Harness): readonly PositionClosedEvent[] {
  const closed: PositionClosedEvent[] = []
  executor.on('positionClosed', (trip) => closed.push(trip))
  return closed
}

const exit = (overrides = {}) =>
  buy({ side: 'sell', price: '170', reduceOnly: true, tags: { why: 'target' }, ...overrides })

describe('the end of a position', () => {
  it('is told once however many fills it took, with the tags of the order that closed it', async () => {
    const harness = await createStarted()
    const closed = listen(harness)
    const { executor, exchange, pass } = harness
    const market = exchange.market(NVDA)
    const balance = (): number => Number(exchange.account(ACCOUNT).balance())
    const before = balance()
    market.setBook({ bids: [], asks: [['176', '2']] })
    await accepted(executor.submit(buy({ size: '2', tags: { why: 'signal' } }))).outcome
    await pass(1_500)
    market.setBook({
      bids: [
        ['180', '0.5'],
        ['179', '1'],
        ['178', '0.5'],
      ],
      asks: [],
    })
    const out = accepted(executor.submit(exit({ size: '2' })))
    expect((await out.outcome).status).toBe('filled')

    expect(closed).toHaveLength(1)
    expect(closed[0]).toMatchObject({ market: NVDA, side: 'buy', isComplete: true, tags: { why: 'target' } })
    expect(closed[0]?.clientOrderId).toBe(out.clientOrderId)
    expect([closed[0]?.size, closed[0]?.entryPrice, closed[0]?.exitPrice, closed[0]?.closedPnl].map(String)).toEqual([
      '2',
      '176',
      '179',
      '6',
    ])
    // What the exchange put on the account: six for the way, less the fees of both ends.
    expect(Number(closed[0]?.fees)).toBeGreaterThan(0)
    expect(Number(closed[0]?.netPnl)).toBeCloseTo(balance() - before, 6)
    expect(closed[0]?.durationMs).toBeGreaterThanOrEqual(1_500)
  })

  it('is told before the order that closed it settles, and after the fill', async () => {
    const { executor } = await createStarted()
    await accepted(executor.submit(buy())).outcome
    const seen: string[] = []
    executor.on('fill', () => seen.push('fill'))
    executor.on('positionClosed', () => seen.push('closed'))
    await accepted(executor.submit(exit())).outcome.then(() => seen.push('settled'))
    expect(seen).toEqual(['fill', 'closed', 'settled'])
  })

  it('is told of a position from before a restart, which says that its beginning was not seen', async () => {
    const before = await createStarted()
    await accepted(before.executor.submit(buy())).outcome
    before.kill()
    before.clock.advance(10)
    const after = createHarness({}, before)
    const closed = listen(after)
    await after.executor.start()
    expect(closed).toEqual([])
    await accepted(after.executor.submit(exit())).outcome
    expect(closed).toMatchObject([{ market: NVDA, side: 'buy', isComplete: false, openedAt: undefined }])
    expect(closed[0]?.entryPrice.toFixed()).toBe(before.exchange.record.fills[0]?.price)
  })

  it('that happens while the connection is down is told when it is back', async () => {
    const harness = await createStarted()
    const { executor, exchange, pass, sockets } = harness
    await accepted(executor.submit(buy())).outcome
    const resting = accepted(executor.submit(exit({ price: '190', timeInForce: 'gtc', tags: { why: 'stop' } })))
    await resting.acknowledged
    const closed = listen(harness)
    sockets.at(-1)?.terminate()
    exchange.market(NVDA).clearBook().take('buy', '190', '1')
    await pass(10_000)
    expect(closed).toMatchObject([{ market: NVDA, isComplete: true, tags: { why: 'stop' } }])
    expect(closed[0]?.exitPrice.toFixed()).toBe('190')
  })
})
