/**
 * The order ledger and the position ledger together, on what a handful of orders really did and every message that tells
 * of it: in any order, twice, never, with account states in between.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createExposureView } from '../../src/control/exposure.js'
import { createMarketData } from '../../src/control/market-data.js'
import { createOrderLedger, type Evidence, type OrderLedger } from '../../src/control/order-ledger.js'
import type { PositionFill } from '../../src/control/position.js'
import { createPositionLedger, type PositionLedger } from '../../src/control/position-ledger.js'
import { type Decimal, max, ZERO } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import { isTerminal, type OrderEvent, type OrderStatus } from '../../src/model/order.js'
import { d, orderOf } from './support.js'

const MARKETS = ['xyz:NVDA', 'xyz:TSLA']
const PRICE = d('100')
const LATEST = 1_000
const MOST_ORDERS = 5
const MOST_FILLS = 4

type Life = {
  readonly market: string
  readonly side: 'buy' | 'sell'
  readonly size: number
  /** How much was filled after each of its fills. */
  readonly totals: readonly number[]
  readonly end: 'denied' | 'neverArrived' | 'refused' | 'immediate' | 'rests' | 'canceled'
  readonly isAnswerLost: boolean
  readonly isCancelTried: boolean
}

const life: fc.Arbitrary<Life> = fc
  .record({
    market: fc.constantFrom(...MARKETS),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    size: fc.integer({ min: 1, max: 10 }),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { maxLength: MOST_FILLS }),
    end: fc.constantFrom<Life['end']>(
      'denied',
      'neverArrived',
      'refused',
      'immediate',
      'rests',
      'canceled',
      'rests',
      'canceled',
    ),
    isAnswerLost: fc.boolean(),
    isCancelTried: fc.boolean(),
  })
  .map(({ cuts, ...rest }) => {
    const hasFills = ['immediate', 'rests', 'canceled'].includes(rest.end)
    return { ...rest, totals: hasFills ? cuts.filter((cut) => cut <= rest.size).sort((a, b) => a - b) : [] }
  })

type Message =
  | {
      readonly order: number
      readonly event: OrderEvent
      readonly evidence?: Evidence | undefined
      readonly isAnswerToCancel?: boolean
    }
  | { readonly order: number; readonly fill: PositionFill }
  /** The account as it stood then. */
  | { readonly stateAt: number }

type Truth = {
  readonly lives: readonly Life[]
  readonly fills: readonly { readonly order: number; readonly fill: PositionFill }[]
  readonly messages: readonly Message[]
}

const filledOf = ({ totals }: Life): number => totals.at(-1) ?? 0

function statusOf(one: Life): OrderStatus {
  const filled = filledOf(one)
  switch (one.end) {
    case 'denied':
      return 'denied'
    case 'neverArrived':
      return 'expired'
    case 'refused':
      return 'rejected'
    case 'immediate':
      return filled === 0 ? 'rejected' : filled === one.size ? 'filled' : 'canceled'
    default:
      if (filled === one.size) return 'filled'
      return one.end === 'canceled' ? 'canceled' : filled > 0 ? 'partiallyFilled' : 'working'
  }
}

/** What is told of an order beside its fills. */
function wordsOn(one: Life, order: number): Message[] {
  const say = (event: OrderEvent, evidence?: Evidence): Message => ({ order, event, evidence })
  const orderId = 100 + order
  const status = statusOf(one)
  const last = { orderId, filledSize: d(String(filledOf(one))), isSizeFinal: true }
  if (one.end === 'denied') return [say('denied', { isSizeFinal: true })]
  if (one.end === 'neverArrived') return [say('lost'), say('provenAbsent', { isSizeFinal: true })]
  const words: Message[] = one.isAnswerLost ? [say('lost')] : []
  if (one.end === 'rests' || one.end === 'canceled') {
    words.push(say('acknowledged', { orderId }))
    for (const total of one.totals) {
      if (total < one.size) words.push(say('partiallyFilled', { orderId, filledSize: d(String(total)) }))
    }
    if (one.isCancelTried) {
      // The answer to a cancel says nothing of sizes.
      const answer = status === 'canceled' ? 'canceled' : 'cancelRejected'
      words.push(say('cancelSent'), { order, event: answer, isAnswerToCancel: true })
    }
  }
  if (status === 'rejected' || status === 'filled' || status === 'canceled') words.push(say(status, last))
  return words
}

const truths: fc.Arbitrary<Truth> = fc
  .tuple(
    fc.array(life, { minLength: 1, maxLength: MOST_ORDERS }),
    fc.array(fc.nat(LATEST), { minLength: MOST_ORDERS * MOST_FILLS, maxLength: MOST_ORDERS * MOST_FILLS }),
  )
  .map(([lives, dice]) => {
    const fills = lives
      .flatMap((one, order) => {
        const times = one.totals.map((_, n) => dice[order * MOST_FILLS + n] ?? 0).sort((a, b) => a - b)
        return one.totals.map((total, n) => ({ order, size: total - (one.totals[n - 1] ?? 0), time: times[n] ?? 0 }))
      })
      .sort((a, b) => a.time - b.time)
      .map(({ order, size, time }, n) => {
        const { market = '', side = 'buy' } = lives[order] ?? {}
        // No two in one moment.
        const fill = { market, side, size: d(String(size)), price: PRICE, time: time + n + 1, tradeId: n }
        return { order, fill }
      })
    return { lives, fills, messages: [...fills, ...lives.flatMap(wordsOn)] }
  })

/** Some of the messages twice, in any order, with account states in between; when not complete, some never. */
const told = (truth: Truth, isComplete: boolean): fc.Arbitrary<{ truth: Truth; heard: readonly Message[] }> => {
  const states = fc.array(fc.record({ stateAt: fc.nat(LATEST) }), { maxLength: 3 })
  const all = [...truth.messages]
  return fc
    .tuple(
      fc.shuffledSubarray([...all, ...all]),
      fc.shuffledSubarray(all, isComplete ? { minLength: all.length } : {}),
      states,
    )
    .chain(([twice, once, seen]) => {
      const heard: Message[] = [...twice, ...once, ...seen]
      return fc.record({ truth: fc.constant(truth), heard: fc.shuffledSubarray(heard, { minLength: heard.length }) })
    })
}

type Books = {
  readonly orders: OrderLedger
  readonly positions: PositionLedger
  readonly ids: readonly ClientOrderId[]
}

/** Everybody submits, then the messages come. */
function hear({ lives, fills }: Truth, heard: readonly Message[], onStep: (books: Books) => void): Books {
  const orders = createOrderLedger()
  const positions = createPositionLedger()
  const ids = lives.map(({ market, side, size, end }) => {
    const { request } = orders.register(orderOf({ market, side, size: String(size), price: PRICE, timeInForce: 'gtc' }))
    if (end !== 'denied') orders.apply(request.clientOrderId, 'written')
    return request.clientOrderId
  })
  const books = { orders, positions, ids }
  const idOf = (order: number): ClientOrderId => ids[order] ?? '0x'
  const load = (time: number): void => {
    const sizes = new Map<string, Decimal>()
    for (const { fill } of fills) {
      if (fill.time > time) continue
      const change = fill.side === 'buy' ? fill.size : fill.size.neg()
      sizes.set(fill.market, (sizes.get(fill.market) ?? ZERO).plus(change))
    }
    positions.load(
      'xyz',
      [...sizes].map(([market, size]) => ({ market, size, entryPrice: PRICE })),
      time,
    )
  }

  load(0)
  onStep(books)
  const asked = new Set<number>()
  for (const message of heard) {
    if ('stateAt' in message) load(message.stateAt)
    else if ('fill' in message) {
      const { fill } = message
      if (positions.apply(fill).status !== 'duplicate') orders.bookFill(idOf(message.order), { ...fill, fee: ZERO })
    } else if (message.event === 'cancelSent') askToCancel(message.order)
    else {
      if (message.isAnswerToCancel) askToCancel(message.order)
      const id = idOf(message.order)
      // Absence is proven of what is unknown, and of nothing else.
      if (message.event !== 'provenAbsent' || orders.get(id)?.status === 'unknown') {
        const change = orders.apply(id, message.event, message.evidence)
        expect([message.event, change?.status]).not.toContain('conflict')
      }
    }
    onStep(books)
  }
  return books

  /** Once, and before anybody answers. */
  function askToCancel(order: number): void {
    if (!asked.has(order)) orders.apply(idOf(order), 'cancelSent')
    asked.add(order)
  }
}

/** What a direction of a market may really come to: what filled in the end, and what may still fill. */
function reachOf({ lives }: Truth, market: string, side: 'buy' | 'sell'): number {
  return lives
    .filter((one) => one.market === market)
    .reduce((sum, one) => {
      if (one.side !== side) return sum - filledOf(one)
      return sum + (isTerminal(statusOf(one)) ? filledOf(one) : one.size)
    }, 0)
}

describe('the ledgers, whatever order the messages come in', () => {
  it('count no less than what is really at stake, even when messages are lost, and no more than orders leave open', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, false)),
        ({ truth, heard }) => {
          hear(truth, heard, ({ orders, positions, ids }) => {
            const exposure = createExposureView(orders, positions, createMarketData())
            for (const market of MARKETS) {
              for (const side of ['buy', 'sell'] as const) {
                const counted = exposure.directional(market, side, PRICE).div(PRICE)
                expect(Number(counted)).toBeGreaterThanOrEqual(reachOf(truth, market, side))
                const left = ids
                  .flatMap((id) => orders.get(id) ?? [])
                  .filter(({ request }) => request.market.name === market && request.side === side)
                  .reduce((sum, { request, bookedSize }) => sum.plus(request.size.minus(bookedSize)), ZERO)
                const { buySize, sellSize } = orders.commitment(market)
                expect(Number(side === 'buy' ? buySize : sellSize)).toBeLessThanOrEqual(Number(left))
              }
            }
          })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('let go of each claim once, and never of one that may still be needed', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, false)),
        ({ truth, heard }) => {
          const released = new Set<ClientOrderId>()
          hear(truth, heard, ({ orders, ids }) => {
            const open = new Set([...orders.open()].map(({ request }) => request.clientOrderId))
            ids.forEach((id, n) => {
              const one = truth.lives[n]
              if (open.has(id)) expect(released.has(id)).toBe(false)
              else released.add(id)
              if (one !== undefined && !isTerminal(statusOf(one))) expect(open.has(id)).toBe(true)
            })
            const counts = MARKETS.map((market) => orders.commitment(market).openOrders)
            expect(counts.reduce((sum, count) => sum + count, 0)).toBe(open.size)
          })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('know of each order the largest size that anybody has told, and sum fills only among themselves', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, false)),
        ({ truth, heard }) => {
          let n = -1
          hear(truth, heard, ({ orders, ids }) => {
            n += 1
            const soFar = heard.slice(0, n)
            ids.forEach((id, order) => {
              const sizes = soFar.flatMap((one) =>
                'evidence' in one && one.order === order ? [one.evidence?.filledSize ?? ZERO] : [],
              )
              const trades = new Map(
                soFar.flatMap((one) =>
                  'fill' in one && one.order === order ? [[one.fill.tradeId, one.fill.size]] : [],
                ),
              )
              const booked = [...trades.values()].reduce((sum, size) => sum.plus(size), ZERO)
              const told = sizes.reduce(max, booked)
              const { filledSize, bookedSize } = orders.get(id) ?? {}
              expect([filledSize?.toFixed(), bookedSize?.toFixed()]).toEqual([told.toFixed(), booked.toFixed()])
            })
          })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('end in what really happened, once everything has come', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, true)),
        ({ truth, heard }) => {
          const { orders, positions, ids } = hear(truth, heard, () => {})
          // What has become unknown last is looked up: found alive, or proven absent.
          truth.lives.forEach((one, n) => {
            const isLost = orders.get(ids[n] ?? '0x')?.status === 'unknown'
            if (isLost && !isTerminal(statusOf(one))) orders.apply(ids[n] ?? '0x', 'acknowledged')
            if (one.end === 'neverArrived') orders.apply(ids[n] ?? '0x', 'provenAbsent', { isSizeFinal: true })
          })
          const ours = ids
            .map((id) => orders.get(id))
            .map((record) => `${record?.status} ${record?.filledSize.toFixed()}`)
          expect(ours).toEqual(truth.lives.map((one) => `${statusOf(one)} ${filledOf(one)}`))
          for (const market of MARKETS) {
            const size = truth.lives
              .filter((one) => one.market === market)
              .reduce((sum, one) => sum + (one.side === 'buy' ? 1 : -1) * filledOf(one), 0)
            expect(Number(positions.size(market))).toBe(size)
          }
          const living = truth.lives.filter((one) => !isTerminal(statusOf(one)))
          expect([...orders.open()].length).toBe(living.length)
        },
      ),
      { numRuns: 500 },
    )
  })
})
