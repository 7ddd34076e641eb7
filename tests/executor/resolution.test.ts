import { createExecutor, createWsSender, type ResolutionEvent, standardGates } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, AGENT, accepted, buy, createStarted, type Harness, type HarnessOptions } from '../helpers/harness.js'

/** An order that was written and never arrived. */
async function lostOrder(options?: HarnessOptions) {
  const harness = await createStarted(options)
  const steps: string[] = []
  harness.executor.on('resolution', ({ attempt, step, finding, status }: ResolutionEvent) =>
    steps.push(`${attempt} ${step} ${finding}, ${status}`),
  )
  harness.toExchange = (text) => !text.includes('"type":"order"')
  const order = accepted(harness.executor.submit(buy()))
  return { harness, order, steps }
}

const answerOf = ({ sockets, written }: Harness, type: string, response: unknown): void => {
  const asked = written.findLast((text) => text.includes(`"${type}"`)) ?? '{}'
  const { id } = JSON.parse(asked) as { id: number }
  const data = { id, response: { type: 'info', payload: { type, data: response } } }
  sockets.at(-1)?.onmessage?.({ data: JSON.stringify({ channel: 'post', data }) })
}

describe('resolving an unknown order', () => {
  it('tells of every step: a lookup, and the noop that proves it dead', async () => {
    const { harness, steps } = await lostOrder()
    await harness.pass(6_000)
    expect(steps).toEqual(['1 lookup absent, unknown', '1 noop unused, expired'])
  })

  it('can do without a noop: by lookups after the expiry', async () => {
    const { harness, order, steps } = await lostOrder({ resolution: { useNoop: false } })
    await harness.pass(60_000)
    expect((await order.outcome).status).toBe('expired')
    expect(harness.actions().map(({ type }) => type)).toEqual([])
    expect(steps.slice(-2)).toEqual([
      expect.stringContaining('expiry absent, unknown'),
      expect.stringContaining('expiry absent, expired'),
    ])
    expect(steps.slice(0, -2).every((step) => step.endsWith('lookup absent, unknown'))).toBe(true)
  })

  it('looks as soon, as often and as long as it was told to', async () => {
    const resolution = { firstDelayMs: 100, maxDelayMs: 100, useNoop: false, expiryMarginMs: 100, agreeingLookups: 5 }
    const { harness, steps } = await lostOrder({ resolution, expiresAfterMs: 6_000 })
    await harness.pass(5_000)
    expect(steps).toEqual([])
    await harness.pass(110)
    expect(steps).toHaveLength(1)
    await harness.pass(3_000)
    expect(steps.filter((step) => step.includes('expiry'))).toHaveLength(5)
    expect(steps.at(-1)).toMatch(/expiry absent, expired$/)
  })

  it('is not moved by nonsense: the order stays unknown, counts in the limits, and each answer is told of', async () => {
    const gates = standardGates({
      maxNotionalPerMarket: '300',
      maxNotionalTotal: '600',
      maxConcurrentPositions: 5,
      singleEntry: false,
    })
    const { harness, order, steps } = await lostOrder({ gates })
    harness.toExchange = (text) => !text.includes('"action"') && !text.includes('orderStatus')
    const nonsense = [null, 'unknownOid', { status: 'order' }, { status: 'order', order: { status: 7 } }, [], 42]
    await harness.pass(5_000)
    for (const answer of nonsense) {
      const asked = (): number => harness.written.filter((text) => text.includes('orderStatus')).length
      for (const before = asked(); asked() === before; ) await harness.pass(250)
      answerOf(harness, 'orderStatus', answer)
      await harness.settle()
    }
    expect(steps.filter((step) => step.includes('lookup unreadable, unknown'))).toHaveLength(nonsense.length)
    expect(order.current().status).toBe('unknown')
    expect(
      accepted(harness.executor.submit(buy({ size: '5' })))
        .current()
        .size.toFixed(),
    ).toBe('0.694')
  })

  it('survives a lookup that finds another order than it asked for', async () => {
    const { harness, order } = await lostOrder()
    harness.toExchange = (text) => !text.includes('"action"') && !text.includes('orderStatus')
    await harness.pass(5_300)
    const other = { coin: 'xyz:TSLA', side: 'A', limitPx: '1', sz: '0', oid: 1, timestamp: 1, origSz: '9', cloid: null }
    const found = { status: 'order', order: { order: other, status: 'filled', statusTimestamp: 1 } }
    answerOf(harness, 'orderStatus', found)
    await harness.settle()
    expect(order.current().status).toBe('unknown')
    expect(harness.executor.order(1)).toBeUndefined()
  })

  it.each([
    ['resolution.firstDelayMs', { firstDelayMs: 0 }],
    ['resolution.maxDelayMs', { maxDelayMs: Number.NaN }],
    ['resolution.expiryMarginMs', { expiryMarginMs: -1 }],
    ['resolution.agreeingLookups', { agreeingLookups: 1 }],
  ])('refuses a bad %s by name', (name, resolution) => {
    const make = (): unknown =>
      createExecutor({
        account: ACCOUNT,
        signer: createUnverifiedSigner(AGENT),
        transport: createWsSender({ network: 'testnet' }),
        markets: ['xyz:NVDA'],
        gates: [],
        resolution,
      })
    expect(make).toThrow(RangeError)
    expect(make).toThrow(name)
  })
})
