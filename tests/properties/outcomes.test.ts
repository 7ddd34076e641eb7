import fc from 'fast-check'
import type { Accepted, Outcome } from 'hip3-executor'
import type { FaultRule } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, buy, createStarted, type Harness, NVDA, TSLA } from '../helpers/harness.js'

const ACTIONS = ['order', 'cancelByCloid', 'batchModify', 'noop'] as const

const chance = fc.integer({ min: 5, max: 40 }).map((percent) => percent / 100)
const request = fc.constantFrom(...ACTIONS).map((type) => `request:action:${type}` as const)
const reply = fc.constantFrom(...ACTIONS).map((type) => `reply:action:${type}` as const)
const feed = fc.constantFrom('feed:orderUpdates' as const, 'feed:userFills' as const)

const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({ fault: fc.constant('lose' as const), of: fc.oneof(request, reply, feed), probability: chance }),
  fc.record({
    fault: fc.constant('delay' as const),
    of: fc.oneof(request, reply),
    probability: chance,
    ms: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({ fault: fc.constant('duplicate' as const), of: fc.oneof(request, reply, feed), probability: chance }),
  fc.record({ fault: fc.constant('reorder' as const), of: fc.oneof(reply, feed), probability: chance }),
  fc.record({
    fault: fc.constant('cut' as const),
    of: fc.oneof(request, reply),
    probability: chance,
    times: fc.constant(2),
  }),
  fc.record({
    fault: fc.constant('serverError' as const),
    of: fc.oneof(request, reply),
    probability: chance,
    status: fc.constant(502 as const),
  }),
  fc.record({ fault: fc.constant('malform' as const), of: reply, probability: chance }),
  fc.record({ fault: fc.constant('staleOrderStatus' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
)

const step = fc.oneof(
  fc.record({
    do: fc.constant('submit' as const),
    market: fc.constantFrom(NVDA, TSLA),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    timeInForce: fc.constantFrom('ioc' as const, 'gtc' as const, 'alo' as const),
    isMarketable: fc.boolean(),
    lots: fc.integer({ min: 100, max: 3_000 }),
  }),
  fc.record({ do: fc.constant('cancel' as const), which: fc.nat(50) }),
  fc.record({
    do: fc.constant('modify' as const),
    which: fc.nat(50),
    isMarketable: fc.boolean(),
    lots: fc.integer({ min: 100, max: 3_000 }),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
)

const PRICES: Readonly<Record<string, { readonly high: string; readonly low: string }>> = {
  [NVDA]: { high: '178', low: '174' },
  [TSLA]: { high: '404', low: '395' },
}

/** What the exchange's own record says of an order, in our words. */
function truth(
  { exchange }: Harness,
  id: string,
): { readonly orders: number; readonly filled: string; readonly status: string } {
  const orders = exchange.record.orders.filter(({ cloid }) => cloid === id)
  const [order] = orders
  return { orders: orders.length, filled: order?.filled ?? '0', status: order?.status ?? 'absent' }
}

function expectTrue(harness: Harness, outcome: Outcome): void {
  const { orders, filled, status } = truth(harness, outcome.clientOrderId)
  expect(orders).toBeLessThanOrEqual(1)
  expect(outcome.filledSize.toFixed()).toBe(filled)
  switch (outcome.status) {
    case 'filled':
      expect(status).toBe('filled')
      break
    case 'canceled':
      expect(status).toMatch(/canceled$/i)
      break
    case 'rejected':
      expect(status).toMatch(/^(absent|.*rejected)$/i)
      break
    default:
      expect([outcome.status, status]).toEqual([outcome.status, 'absent'])
  }
}

describe('whatever goes wrong on the way', () => {
  it('every accepted order ends once, as the exchange’s own record says, and none is executed twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 4 }),
        fc.array(step, { minLength: 4, maxLength: 25 }),
        async (faults, steps) => {
          const harness = await createStarted()
          const { executor, exchange } = harness
          const active = faults.map((rule) => exchange.fault(rule))
          const accepted: Accepted[] = []
          for (const one of steps) {
            if (one.do === 'wait') await harness.pass(one.ms)
            else if (one.do === 'cancel') {
              const order = accepted[one.which % Math.max(1, accepted.length)]
              if (order !== undefined) void executor.cancel(order.clientOrderId)
            } else if (one.do === 'modify') {
              const order = accepted[one.which % Math.max(1, accepted.length)]?.current()
              if (order === undefined) continue
              const { high, low } = PRICES[order.market] ?? { high: '1', low: '1' }
              const price = (order.side === 'buy') === one.isMarketable ? high : low
              const submission = executor.modify(order.clientOrderId, { price, size: (one.lots / 1_000).toFixed(3) })
              if (submission.status === 'accepted') accepted.push(submission)
            } else {
              const { high, low } = PRICES[one.market] ?? { high: '1', low: '1' }
              const price = (one.side === 'buy') === one.isMarketable ? high : low
              const size = (one.lots / 1_000).toFixed(3)
              const { market, side, timeInForce } = one
              const submission = executor.submit(buy({ market, side, price, size, timeInForce }))
              if (submission.status === 'accepted') accepted.push(submission)
            }
            await harness.settle()
          }
          for (const rule of active) rule.stop()
          await harness.pass(60_000)
          void executor.cancelAll()
          await harness.pass(60_000)
          const outcomes = await Promise.all(
            accepted.map(({ outcome }) => Promise.race([outcome, Promise.resolve().then(() => undefined)])),
          )
          for (const [index, outcome] of outcomes.entries()) {
            expect([accepted[index]?.current().status, outcome?.status]).not.toContain(undefined)
            if (outcome !== undefined) expectTrue(harness, outcome)
          }
          for (const market of [NVDA, TSLA]) {
            const ours =
              executor
                .positions()
                .find((position) => position.market === market)
                ?.size.toFixed() ?? '0'
            expect([market, ours]).toEqual([market, exchange.record.position(ACCOUNT, market)?.size ?? '0'])
          }
          expect(executor.budget().inFlight).toBe(0)
          expect(executor.openOrders()).toEqual([])
          await executor.close()
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    )
  }, 300_000)
})
