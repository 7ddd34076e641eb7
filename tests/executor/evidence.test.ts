/** Plain cases of evidence that comes in an unlucky order, as the random histories found them. */
import { describe, expect, it } from 'vitest'
import { accepted, buy, createStarted, type Harness } from '../helpers/harness.js'

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
