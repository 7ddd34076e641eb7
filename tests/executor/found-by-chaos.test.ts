/** What `npm run chaos` found, each as the shortest story that shows it. */
import { describe, expect, it } from 'vitest'
import { accepted, buy, createStarted, outcomeNow } from '../helpers/harness.js'

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
