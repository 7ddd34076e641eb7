import fc from 'fast-check'
import { createActionBudget } from 'hip3-executor'
import { createManualClock, createSimExchange } from 'hip3-executor/testing'
import { expect, it } from 'vitest'
import { ACCOUNT, AGENT, buy, createHarness, NVDA } from '../helpers/harness.js'

/** Small enough for a short history to reach the one or the other. */
const limits = fc.record({
  requestsPerAddress: fc.constantFrom(600, 50_000),
  used: fc.integer({ min: 0, max: 700 }),
  ip: fc.constantFrom(
    { weightPerMinute: 500, messagesPerMinute: 10_000, postsInFlight: 20 },
    { weightPerMinute: 10_000, messagesPerMinute: 200, postsInFlight: 100 },
  ),
})
const KEPT = 50

const times = fc.integer({ min: 1, max: 30 })
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('rest', 'take', 'exit') as fc.Arbitrary<'rest' | 'take' | 'exit'>, times }),
  fc.record({ do: fc.constant('cancel' as const), times }),
  fc.record({ do: fc.constant('modify' as const), times }),
  fc.record({ do: fc.constant('turns' as const), times: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ do: fc.constant('wait' as const), times: fc.integer({ min: 1, max: 12_000 }) }),
  fc.record({ do: fc.constant('cut' as const), times: fc.constant(1) }),
)

it('never sends the venue more than it takes, by the venue’s own counting, and gets every cancel and exit out in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      limits,
      fc.constantFrom(0, 80),
      fc.integer({ min: 1, max: 39 }),
      async (steps, { ip, requestsPerAddress, used }, blockMs, maxBatchSize) => {
        const clock = createManualClock()
        const exchange = createSimExchange({
          clock,
          verifySignatures: false,
          blockMs,
          limits: {
            requestsPerAddress,
            weightPerMinute: ip.weightPerMinute,
            messagesPerMinute: ip.messagesPerMinute,
            pendingPosts: ip.postsInFlight,
          },
        })
        exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' }).setRequests({ used })
        const harness = createHarness(
          {
            budget: createActionBudget({ maxActions: 10_000 }),
            venueLimits: { ...ip, reservedActions: KEPT, refreshMs: 5_000 },
            queue: { newOrderSpacingMs: 0, maxBatchSize },
          },
          { clock, exchange },
        )
        const { executor } = harness
        const refusals: string[] = []
        harness.toExecutor = (text) => {
          if (/too many/i.test(text)) refusals.push(text)
          return true
        }
        // Reading the account may cost more than a minute allows.
        const starting = executor.start()
        await harness.pass(130_000)
        await starting
        const submit = (price: string, side: 'buy' | 'sell', reduceOnly = false): unknown =>
          executor.submit(buy({ price, side, size: '0.1', timeInForce: 'gtc', reduceOnly }))
        const cuts = new Set<unknown>()
        for (const { do: what, times } of steps) {
          if (what === 'wait') await harness.pass(times)
          if (what === 'cut') {
            const socket = harness.sockets.at(-1)
            cuts.add(socket)
            socket?.terminate()
            await harness.pass(2_000)
          }
          if (what === 'turns') {
            for (let n = 0; n < times; n++) {
              submit('170', 'buy')
              await harness.settle()
            }
          }
          // In a block the venue executes cancels first. Those beyond the limit, which have an allowance of their own, can
          // use up what an exit sent before them was to have; a cancel is not held back for that.
          if (what === 'cancel' && blockMs > 0) continue
          const open = executor.openOrders()
          for (let n = 0; n < times && n < 30; n++) {
            if (what === 'rest') submit('170', 'buy')
            if (what === 'take') submit('178', 'buy')
            if (what === 'exit') submit(`${170 + (n % 5)}`, 'sell', true)
            if (what === 'cancel') void executor.cancel(open[n]?.clientOrderId ?? 0)
            const target = open[n]
            if (what === 'modify' && target) executor.modify(target.clientOrderId, { price: '169' })
          }
          await harness.settle()
        }
        expect(refusals).toEqual([])
        // A connection that the venue ends by itself is one on which it was sent too many frames.
        expect(harness.sockets.filter((socket) => socket.readyState === 3 && !cuts.has(socket))).toEqual([])
        await harness.pass(130_000)
        expect(executor.budget()).toMatchObject({ inFlight: 0, queued: { cancel: 0, reduceOnly: 0, new: 0 } })
        for (const order of exchange.record.orders.filter(({ market }) => market === NVDA)) {
          const ours = executor.order(order.oid)
          expect([order.oid, ours?.status === 'pendingCancel']).toEqual([order.oid, false])
        }
        expect(refusals).toEqual([])
        await executor.close()
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 20) },
  )
}, 300_000)
