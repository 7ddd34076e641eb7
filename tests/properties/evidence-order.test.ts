/**
 * The same history, told in every order: answers, order updates, fills, answers to cancels and noops, and lookups come
 * late, twice, never, and as an exchange that lags behind would give them, also across reconnects.
 */
import fc from 'fast-check'
import type { OrderView } from 'hip3-executor'
import type { RecordedOrder } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { ACCOUNT } from '../helpers/harness.js'
import type { Delivery } from '../helpers/held-letters.js'
import { createWorld, histories, MARKETS, type World } from '../helpers/told-histories.js'

/** Long enough for every expiry, lookup and question for fills. */
const PATIENCE_MS = 60_000

function recordOf({ harness }: World): ReadonlyMap<string, RecordedOrder> {
  const orders = harness.exchange.record.orders
  const byId = new Map(orders.map((order) => [order.cloid ?? '', order]))
  if (byId.size < orders.length) expect.fail('one order was executed twice')
  return byId
}

/** Whether a status that is told as the last word may stand beside the record. */
function mayStand({ status, size }: Pick<OrderView, 'status' | 'size'>, recorded: RecordedOrder | undefined): boolean {
  // A reduce-only order is cut to the position: filled for the exchange, and not all that was asked for.
  const isWhole = recorded?.status === 'filled' && size.eq(recorded.size)
  switch (status) {
    case 'filled':
      return isWhole
    case 'canceled':
      return /cancel(ed)?$/i.test(recorded?.status ?? '') || (recorded?.status === 'filled' && !isWhole)
    case 'rejected':
      return recorded === undefined || /rejected$/i.test(recorded.status)
    case 'expired':
    case 'denied':
      return recorded === undefined
    default:
      return true
  }
}

function expectNothingWrong(world: World): void {
  const record = recordOf(world)
  for (const order of world.accepted) {
    const recorded = record.get(order.clientOrderId)
    const filled = recorded?.filled ?? '0'
    const view = order.current()
    if (!mayStand(view, recorded)) expect.fail(`${view.status}, and on record ${recorded?.status}`)
    if (view.filledSize.gt(filled)) expect.fail(`${view.filledSize.toFixed()} filled, and on record ${filled}`)
    const outcome = world.told.get(order.clientOrderId)
    if (outcome === undefined) continue
    if (!mayStand(outcome, recorded)) expect.fail(`told ${outcome.status}, and on record ${recorded?.status}`)
    const toldSize = outcome.filledSize.toFixed()
    if (toldSize !== filled) expect.fail(`told ${outcome.status} with ${toldSize} filled, and on record ${filled}`)
  }
}

/** A last word stands: whatever comes after it, the status stays. */
function createLastWordAudit({ accepted }: World): () => void {
  const lastWords = new Map<string, string>()
  return () => {
    for (const order of accepted) {
      const { clientOrderId, status } = order.current()
      const lastWord = lastWords.get(clientOrderId) ?? status
      if (lastWord !== status) expect.fail(`${status} after ${lastWord}`)
      if (LAST_WORDS.includes(status)) lastWords.set(clientOrderId, status)
    }
  }
}

/** Keeps account of which fills the executor knows, and holds its positions to their sum. What it knew it may not forget. */
function createPositionAudit({ harness }: World): (delivery: Delivery | undefined) => void {
  const { exchange, executor } = harness
  const heard = new Set<number>()
  /** How many fills, from the oldest on, an answer may have taught. */
  let counts = [0]
  const madeAt = new Set<number>()

  return (delivery) => {
    if (delivery !== undefined && 'trades' in delivery) for (const trade of delivery.trades) heard.add(trade)
    if (delivery !== undefined && 'atMost' in delivery) {
      for (let count = delivery.atLeast; count <= delivery.atMost; count++) counts.push(count)
      madeAt.add(delivery.madeAt)
    }
    const { fills } = exchange.record
    // Of a fill in the very millisecond of an account state nobody can tell whether it is in it.
    if (fills.some(({ at }) => madeAt.has(at))) return
    const ours = sizesOf(
      (market) =>
        executor
          .positions()
          .find((one) => one.market === market)
          ?.size.toFixed() ?? '0',
    )
    const sums = counts.map((count) => ({
      count,
      sizes: sizesOf((market) => {
        const known = fills.filter((fill, n) => fill.market === market && (n < count || heard.has(fill.tradeId)))
        return String(known.reduce((sum, { side, size }) => sum + (side === 'buy' ? 1 : -1) * lotsOf(size), 0) / 1_000)
      }),
    }))
    if (sums.every(({ sizes }) => sizes !== ours)) expect(sums).toContain(ours)
    const first = Math.min(...sums.filter(({ sizes }) => sizes === ours).map(({ count }) => count))
    counts = counts.filter((count) => count >= first)
  }
}

const sizesOf = (size: (market: string) => string): string => MARKETS.map((name) => `${name} ${size(name)}`).join(', ')
const lotsOf = (size: string): number => Math.round(Number(size) * 1_000)

/** Once everything has been heard or asked: each order as it is on record. */
function expectTheRecord(world: World): void {
  expectNothingWrong(world)
  const record = recordOf(world)
  for (const order of world.accepted) {
    const recorded = record.get(order.clientOrderId)
    const { status, filledSize } = order.current()
    expect([status, filledSize.toFixed()]).toEqual([endOf(status, recorded), recorded?.filled ?? '0'])
  }
  const { executor, exchange } = world.harness
  const ours = sizesOf(
    (market) =>
      executor
        .positions()
        .find((one) => one.market === market)
        ?.size.toFixed() ?? '0',
  )
  expect(ours).toBe(sizesOf((market) => exchange.record.position(ACCOUNT, market)?.size ?? '0'))
}

/** The status on record, in our words. A last word is held to it elsewhere. */
function endOf(status: string, recorded: RecordedOrder | undefined): string {
  if (recorded?.status === 'open') return recorded.filled === '0' ? 'working' : 'partiallyFilled'
  return LAST_WORDS.includes(status) ? status : `a last word on ${recorded?.status}`
}

const LAST_WORDS = ['filled', 'canceled', 'rejected', 'expired', 'denied']

describe('the same history, told in any order', () => {
  it('never leads to a wrong last word, and in the end to the exchange’s own record', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ steps, ...conditions }) => {
        const world = await createWorld(conditions)
        const { harness, accepted, told } = world
        const { executor } = harness
        const auditPositions = createPositionAudit(world)
        const auditLastWords = createLastWordAudit(world)
        for (const step of steps) {
          await world.play(step, (delivery) => {
            auditPositions(delivery)
            auditLastWords()
            expectNothingWrong(world)
          })
        }

        world.release()
        harness.sockets.at(-1)?.terminate()
        await harness.pass(PATIENCE_MS)
        world.arriveAll()
        await harness.pass(PATIENCE_MS)
        expectTheRecord(world)

        void executor.cancelAll()
        await harness.pass(PATIENCE_MS)
        expectTheRecord(world)
        expect(told.size).toBe(accepted.length)
        expect(executor.openOrders()).toEqual([])
        expect(executor.budget().inFlight).toBe(0)
        await executor.close()
      }),
      { numRuns: Number(process.env['RUNS'] ?? 150) },
    )
  }, 600_000)
})
