import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Change,
  type Commitment,
  createOrderLedger,
  type Evidence,
  type OrderLedger,
  type OrderRecord,
} from '../../src/control/order-ledger.js'
import { createPositionLedger } from '../../src/control/position-ledger.js'
import { type Decimal, ZERO } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import { isTerminal, type OrderEvent, type OrderRequest } from '../../src/model/order.js'
import { d, idOf, type OrderValues, orderOf } from './support.js'

const MARKET = 'xyz:NVDA'

function start(values: OrderValues = {}): { ledger: OrderLedger; id: ClientOrderId; request: OrderRequest } {
  const ledger = createOrderLedger()
  const { request } = ledger.register(orderOf({ size: '10', timeInForce: 'gtc', ...values }))
  ledger.apply(request.clientOrderId, 'written')
  return { ledger, id: request.clientOrderId, request }
}

const fillOf = (size: string, price = '100'): { size: Decimal; price: Decimal; fee: Decimal } => ({
  size: d(size),
  price: d(price),
  fee: d('0.01'),
})

/** What counts for a caller, as plain values. */
function plain(record: OrderRecord | undefined): Record<string, unknown> | undefined {
  if (record === undefined) return undefined
  const { status, orderId, filledSize, bookedSize, bookedValue, fees, isSizeFinal } = record
  const texts = [filledSize, bookedSize, bookedValue, fees].map((value) => value.toFixed())
  return { status, orderId, sizes: texts.join(' '), isSizeFinal }
}

const plainCommitment = (commitment: Commitment): unknown =>
  Object.fromEntries(Object.entries(commitment).map(([key, value]) => [key, String(value)]))

/** The sums, added up anew from the orders themselves. */
function recomputed(ledger: OrderLedger, market: string): Commitment {
  const sums = { buySize: ZERO, sellSize: ZERO, buyValue: ZERO, sellValue: ZERO, openOrders: 0, reduceOnlyOrders: 0 }
  for (const { request, status, filledSize, bookedSize, isSizeFinal } of ledger.open()) {
    if (request.market.name !== market) continue
    if (request.reduceOnly) {
      sums.reduceOnlyOrders += 1
      continue
    }
    sums.openOrders += 1
    const isOver = isTerminal(status) && (status !== 'canceled' || isSizeFinal)
    const rest = (isOver ? filledSize : request.size).minus(bookedSize)
    if (rest.lte(ZERO)) continue
    sums[`${request.side}Size`] = sums[`${request.side}Size`].plus(rest)
    sums[`${request.side}Value`] = sums[`${request.side}Value`].plus(rest.times(request.price))
  }
  return sums
}

describe('evidence about one order', () => {
  it('is taken in any order: an "open" after its "filled" changes nothing and is no conflict (W-30)', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'filled', { orderId: 7, filledSize: d('10'), isSizeFinal: true })
    const before = plain(ledger.get(id))
    expect(ledger.apply(id, 'acknowledged', { orderId: 7, filledSize: d('0') })?.status).toBe('unchanged')
    expect(plain(ledger.get(id))).toEqual(before)
  })

  it('that comes late can still teach an id and a size, but not another reason', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'canceled', { message: 'canceled by the owner', isSizeFinal: true })
    const late = ledger.apply(id, 'acknowledged', { orderId: 7, filledSize: d('3'), message: 'late' })
    expect(late?.status).toBe('unchanged')
    expect(ledger.get(7)).toMatchObject({ status: 'canceled', filledSize: d('3'), message: 'canceled by the owner' })
    // A fill that nobody has booked yet is exposure.
    expect(ledger.commitment(MARKET).buySize.toFixed()).toBe('3')
  })

  it('about a cancelled order books a fill that happened before the cancel', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'acknowledged', { orderId: 7 })
    ledger.apply(id, 'canceled', { filledSize: d('0'), isSizeFinal: true })
    expect(ledger.bookFill(id, fillOf('3'))?.status).toBe('unchanged')
    expect(plain(ledger.get(id))).toMatchObject({ status: 'canceled', sizes: '3 3 300 0.01' })
    expect(ledger.bookFill(id, fillOf('7'))?.status).toBe('changed')
    expect(plain(ledger.get(id))).toMatchObject({ status: 'filled' })
  })

  it.each<[string, readonly OrderEvent[]]>([
    ['rejected', ['rejected']],
    ['expired', ['lost', 'provenAbsent']],
    ['denied', ['denied']],
  ])('about an order that counts as %s books a fill all the same, and raises a conflict', (from, events) => {
    const { ledger, id } = start()
    for (const event of events) ledger.apply(id, event)
    expect(ledger.bookFill(id, fillOf('10'))).toMatchObject({ status: 'conflict', from })
    expect(ledger.get(id)).toMatchObject({ bookedSize: d('10'), filledSize: d('10') })
  })

  it('that fills a part of an order that counted as dead brings it back to life, with all it may still do', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'rejected', { isSizeFinal: true })
    expect(ledger.bookFill(id, fillOf('3'))).toMatchObject({ status: 'conflict', from: 'rejected' })
    expect(ledger.get(id)).toMatchObject({ status: 'partiallyFilled', isSizeFinal: false })
    expect(ledger.commitment(MARKET).buySize.toFixed()).toBe('7')
  })

  it.each<[string, OrderEvent]>([
    ['is refused', 'cancelRejected'],
    ['goes unanswered', 'lost'],
  ])('is no conflict when a cancel that overtook its order %s after the order was seen alive', (_, event) => {
    const { ledger, id } = start()
    ledger.apply(id, 'cancelSent')
    ledger.apply(id, 'acknowledged', { orderId: 7 })
    expect(ledger.apply(id, event)?.status).toBe('unchanged')
    ledger.apply(id, 'partiallyFilled', { filledSize: d('1') })
    expect(ledger.apply(id, event)?.status).toBe('unchanged')
    expect(ledger.get(id)?.status).toBe('partiallyFilled')
  })

  it('that contradicts the table is a conflict, and what it proves is taken', () => {
    const ledger = createOrderLedger()
    const { clientOrderId } = ledger.register(orderOf()).request
    const change = ledger.apply(clientOrderId, 'acknowledged', { orderId: 7 })
    expect(change).toMatchObject({ status: 'conflict', from: 'pending' })
    expect(ledger.get(7)?.request.clientOrderId).toBe(clientOrderId)
  })

  it('about an order nobody knows is nothing', () => {
    const ledger = createOrderLedger()
    expect(ledger.apply(idOf(99), 'filled')).toBeUndefined()
    expect(ledger.bookFill(idOf(99), fillOf('1'))).toBeUndefined()
    expect(ledger.get(99)).toBeUndefined()
    ledger.amend(orderOf())
    ledger.requestCancel(idOf(99), true)
    expect([...ledger.open()]).toEqual([])
  })
})

describe('sizes', () => {
  it('are max-merged between answer and fills, never summed (W-29)', () => {
    const { ledger, id } = start({ timeInForce: 'ioc' })
    ledger.bookFill(id, fillOf('4'))
    ledger.apply(id, 'filled', { filledSize: d('9'), averagePrice: d('101'), isSizeFinal: true })
    ledger.bookFill(id, fillOf('5', '102'))
    expect(ledger.get(id)).toMatchObject({
      filledSize: d('9'),
      bookedSize: d('9'),
      bookedValue: d('910'),
      fees: d('0.02'),
      reportedAverage: d('101'),
    })
  })

  it('never shrink when an older word comes later', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'acknowledged', { filledSize: d('5') })
    ledger.apply(id, 'acknowledged', { filledSize: d('2') })
    expect(ledger.get(id)).toMatchObject({ status: 'partiallyFilled', filledSize: d('5') })
  })

  it('of an order that is filled, without saying how much, are the whole', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'filled')
    expect(ledger.get(id)?.filledSize.toFixed()).toBe('10')
  })
})

describe('the claim on a market', () => {
  const claim = (ledger: OrderLedger): string => {
    const { buySize, openOrders } = ledger.commitment(MARKET)
    return `${openOrders} order, ${buySize.toFixed()}`
  }

  it.each<OrderEvent>(['rejected', 'denied', 'canceled'])('ends with %s (F-07)', (event) => {
    const { ledger, id } = start()
    ledger.apply(id, event, { isSizeFinal: true })
    expect(claim(ledger)).toBe('0 order, 0')
    expect([...ledger.open()]).toEqual([])
    expect([...ledger.committedMarkets()]).toEqual([])
  })

  it('shrinks with each booked fill, and ends with the last (F-43, W-24d, W-44)', () => {
    const { ledger, id } = start()
    const steps = [claim(ledger)]
    for (const size of ['4', '6']) {
      ledger.bookFill(id, fillOf(size))
      steps.push(claim(ledger))
    }
    expect(steps).toEqual(['1 order, 10', '1 order, 6', '0 order, 0'])
  })

  it('is held after the last word until all fills are booked (W-24f)', () => {
    const { ledger, id } = start({ timeInForce: 'ioc' })
    ledger.apply(id, 'filled', { filledSize: d('6'), isSizeFinal: true })
    const steps = [claim(ledger)]
    for (const size of ['2', '4']) {
      ledger.bookFill(id, fillOf(size))
      steps.push(claim(ledger))
    }
    expect(steps).toEqual(['1 order, 6', '1 order, 4', '0 order, 0'])
  })

  it('is held whole after a cancel that does not say how much was filled before it (W-24f)', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'acknowledged', { orderId: 7 })
    ledger.apply(id, 'cancelSent')
    ledger.apply(id, 'canceled')
    const steps = [claim(ledger)]
    ledger.apply(id, 'canceled', { filledSize: d('3'), isSizeFinal: true })
    steps.push(claim(ledger))
    ledger.bookFill(id, fillOf('3'))
    steps.push(claim(ledger))
    expect(steps).toEqual(['1 order, 10', '1 order, 3', '0 order, 0'])
  })

  it('is held while nobody knows what became of the order', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'lost')
    expect(claim(ledger)).toBe('1 order, 10')
    ledger.apply(id, 'provenAbsent')
    expect(claim(ledger)).toBe('0 order, 0')
  })

  it('of one order ends without touching that of another (F-19, W-24g)', () => {
    const { ledger, id } = start()
    ledger.register(orderOf({ size: '3' }))
    ledger.apply(id, 'denied')
    ledger.apply(id, 'denied')
    expect(claim(ledger)).toBe('1 order, 3')
  })

  it('of reduce-only orders is counted and not summed', () => {
    const { ledger } = start({ reduceOnly: true, side: 'sell' })
    expect(plainCommitment(ledger.commitment(MARKET))).toEqual({
      buySize: '0',
      sellSize: '0',
      buyValue: '0',
      sellValue: '0',
      openOrders: '0',
      reduceOnlyOrders: '1',
    })
  })

  it('follows price and size of an order that is amended while it waits', () => {
    const { ledger, request } = start()
    ledger.amend({ ...request, size: d('4'), price: d('50') })
    expect(plainCommitment(ledger.commitment(MARKET))).toMatchObject({ buySize: '4', buyValue: '200' })
  })
})

describe('the sums of what is committed', () => {
  const EVENTS: readonly OrderEvent[] = [
    'written',
    'requeued',
    'denied',
    'acknowledged',
    'partiallyFilled',
    'filled',
    'cancelSent',
    'cancelRejected',
    'canceled',
    'rejected',
    'lost',
    'provenAbsent',
  ]
  const size = fc.integer({ min: 1, max: 30 }).map((n) => d(String(n)).div(10))
  const values = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    market: fc.constantFrom(MARKET, 'xyz:TSLA'),
    reduceOnly: fc.boolean(),
    size,
    price: size,
  })
  const evidence = fc.record({ filledSize: size, orderId: fc.nat(5), isSizeFinal: fc.boolean() }, { requiredKeys: [] })
  const step = fc.oneof(
    fc.record({ do: fc.constant('register' as const), values }),
    fc.record({ do: fc.constant('amend' as const), n: fc.nat(8), size, price: size }),
    fc.record({ do: fc.constant('fill' as const), n: fc.nat(8), size, price: size }),
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...EVENTS), n: fc.nat(8), evidence }) },
  )

  it('equal those added up anew from the open orders, after any events, sense or nonsense (F-19, F-20)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (script) => {
        const ledger = createOrderLedger({ rememberedOrders: 3 })
        const requests: OrderRequest[] = []
        const pick = (n: number): ClientOrderId => requests[n % Math.max(requests.length, 1)]?.clientOrderId ?? idOf(0)
        for (const each of script) {
          if (each.do === 'register') requests.push(ledger.register(orderOf(each.values)).request)
          else if (each.do === 'amend') {
            const record = ledger.get(pick(each.n))
            if (record !== undefined) ledger.amend({ ...record.request, size: each.size, price: each.price })
          } else if (each.do === 'fill') {
            ledger.bookFill(pick(each.n), { size: each.size, price: each.price, fee: ZERO })
          } else ledger.apply(pick(each.n), each.do, each.evidence)
          for (const market of [MARKET, 'xyz:TSLA']) {
            const sums = recomputed(ledger, market)
            expect(plainCommitment(ledger.commitment(market))).toEqual(plainCommitment(sums))
            expect([...ledger.committedMarkets()].includes(market)).toBe(sums.openOrders + sums.reduceOnlyOrders > 0)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** What really happens to one order on the venue, and every message that tells of it. */
type Message =
  | { readonly event: OrderEvent; readonly evidence?: Evidence }
  | { readonly tradeId: number; readonly size: Decimal }
type Truth = {
  readonly status: OrderRecord['status']
  readonly filled: Decimal
  readonly messages: readonly Message[]
}

const SIZE = 10
const truths: fc.Arbitrary<Truth> = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: SIZE }), { maxLength: 4 }),
    life: fc.constantFrom('immediate', 'restsOpen', 'restsCanceled'),
    isAnswerLost: fc.boolean(),
    isCancelTried: fc.boolean(),
  })
  .map(({ cuts, life, isAnswerLost, isCancelTried }) => {
    const totals = cuts.sort((a, b) => a - b)
    const total = totals.at(-1) ?? 0
    const filled = d(String(total))
    const orderId = 7
    const messages: Message[] = totals.map((upTo, i) => ({
      tradeId: i,
      size: d(String(upTo - (totals[i - 1] ?? 0))),
    }))
    const final = { orderId, filledSize: filled, isSizeFinal: true }
    if (life === 'immediate') {
      const end = total === 0 ? 'rejected' : 'filled'
      messages.push({ event: end, evidence: final })
      // The feed may call the rest of a partly filled immediate order cancelled.
      messages.push({ event: total > 0 && total < SIZE ? 'canceled' : end, evidence: final })
      if (isAnswerLost) messages.push({ event: 'lost' })
      return { status: end, filled, messages }
    }
    messages.push({ event: 'acknowledged', evidence: { orderId } })
    for (const upTo of totals) {
      messages.push({ event: 'acknowledged', evidence: { orderId, filledSize: d(String(upTo)) } })
    }
    if (isAnswerLost) messages.push({ event: 'lost' })
    const status =
      total === SIZE ? 'filled' : life === 'restsCanceled' ? 'canceled' : total > 0 ? 'partiallyFilled' : 'working'
    if (status === 'filled' || status === 'canceled') {
      messages.push({ event: status, evidence: final })
      // The answer to our cancel says nothing of sizes.
      if (isCancelTried) {
        messages.push({ event: 'cancelSent' }, { event: status === 'canceled' ? 'canceled' : 'cancelRejected' })
      }
    }
    return { status, filled, messages }
  })

/** Every message in some order, some of them twice. */
const told = (truth: Truth, isComplete: boolean): fc.Arbitrary<{ truth: Truth; heard: readonly Message[] }> =>
  fc
    .tuple(
      fc.shuffledSubarray([...truth.messages, ...truth.messages], { minLength: 0 }),
      fc.shuffledSubarray([...truth.messages], isComplete ? { minLength: truth.messages.length } : { minLength: 0 }),
    )
    .map(([twice, once]) => ({ truth, heard: [...twice, ...once] }))

function hear(heard: readonly Message[], onStep: (ledger: OrderLedger, position: Decimal) => void): OrderLedger {
  const { ledger, id } = start()
  const positions = createPositionLedger()
  positions.load('xyz', [], 0)
  onStep(ledger, positions.size(MARKET))
  const note = (change: Change | undefined): void => expect(change?.status).not.toBe('conflict')
  for (const message of heard) {
    if ('event' in message) note(ledger.apply(id, message.event, message.evidence))
    else {
      const { tradeId, size } = message
      const fill = { market: MARKET, side: 'buy' as const, price: d('100'), size, time: 1, tradeId }
      if (positions.apply(fill).status !== 'duplicate') note(ledger.bookFill(id, { size, price: d('100'), fee: ZERO }))
    }
    onStep(ledger, positions.size(MARKET))
  }
  return ledger
}

describe('whatever order the messages come in, and however often', () => {
  it('ends in what really happened, without a conflict', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, true)),
        ({ truth, heard }) => {
          let record: OrderRecord | undefined
          const ledger = hear(heard, (each) => {
            record = each.get(7) ?? record
          })
          const value = truth.filled.times(100).toFixed()
          expect(plain(record)).toEqual({
            status: truth.status,
            orderId: 7,
            sizes: `${truth.filled.toFixed()} ${truth.filled.toFixed()} ${value} 0`,
            isSizeFinal: isTerminal(truth.status),
          })
          expect([...ledger.open()].length).toBe(isTerminal(truth.status) ? 0 : 1)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('never counts less than what really is at stake, nor ends an order that lives, even when messages are lost (W-24f)', () => {
    fc.assert(
      fc.property(
        truths.chain((truth) => told(truth, false)),
        ({ truth, heard }) => {
          hear(heard, (ledger, position) => {
            const counted = position.plus(ledger.commitment(MARKET).buySize)
            expect(counted.gte(truth.filled)).toBe(true)
            expect(counted.lte(SIZE)).toBe(true)
            const status = ledger.get(7)?.status
            if (status !== undefined && isTerminal(status)) expect(isTerminal(truth.status)).toBe(true)
          })
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('the memory of the ledger', () => {
  it('finds an order by our id and by the id of the venue', () => {
    const { ledger, id } = start()
    ledger.apply(id, 'acknowledged', { orderId: 7 })
    expect(ledger.get(7)).toBe(ledger.get(id))
  })

  it('refuses to register one id twice', () => {
    const { ledger, request } = start()
    expect(() => ledger.register(request)).toThrow(RangeError)
  })

  it('takes in an order that somebody else placed, as it is', () => {
    const ledger = createOrderLedger()
    const record = ledger.register(orderOf({ size: '2' }), { status: 'working', isExternal: true })
    expect(record).toMatchObject({ status: 'working', isExternal: true })
    expect(ledger.commitment(MARKET).buySize.toFixed()).toBe('2')
  })

  it('notes whether a cancel is wanted', () => {
    const { ledger, id } = start()
    const wanted = [ledger.get(id)?.isCancelRequested]
    for (const isWanted of [true, false]) {
      ledger.requestCancel(id, isWanted)
      wanted.push(ledger.get(id)?.isCancelRequested)
    }
    expect(wanted).toEqual([false, true, false])
  })

  it('lets go of the oldest finished orders, and never of one that holds a claim', () => {
    const ledger = createOrderLedger({ rememberedOrders: 4 })
    const living = ledger.register(orderOf()).request
    const finished = Array.from({ length: 50 }, (_, n) => {
      const { clientOrderId } = ledger.register(orderOf()).request
      ledger.apply(clientOrderId, 'written')
      ledger.apply(clientOrderId, 'rejected', { orderId: 1_000 + n })
      return clientOrderId
    })
    const known = finished.filter((id) => ledger.get(id) !== undefined)
    expect(known).toEqual(finished.slice(-known.length))
    expect(known.length).toBeGreaterThan(0)
    expect(known.length).toBeLessThanOrEqual(4)
    expect(finished.filter((_, n) => ledger.get(1_000 + n) !== undefined)).toEqual(known)
    expect(ledger.get(living.clientOrderId)).toBeDefined()
  })

  it('keeps an order that was finished, once a late word shows a fill that is not booked yet', () => {
    const ledger = createOrderLedger({ rememberedOrders: 2 })
    const finish = (): ClientOrderId => {
      const { clientOrderId } = ledger.register(orderOf()).request
      ledger.apply(clientOrderId, 'written')
      ledger.apply(clientOrderId, 'canceled', { filledSize: ZERO, isSizeFinal: true })
      return clientOrderId
    }
    const id = finish()
    ledger.apply(id, 'partiallyFilled', { filledSize: d('0.5') })
    for (let n = 0; n < 20; n++) finish()
    expect(ledger.get(id)?.filledSize.toFixed()).toBe('0.5')
    expect(ledger.commitment(MARKET).buySize.toFixed()).toBe('0.5')
  })

  it.each([0, -1, 1.5, Number.NaN])('may not be given %d orders to remember', (rememberedOrders) => {
    expect(() => createOrderLedger({ rememberedOrders })).toThrow(/^rememberedOrders: /)
  })
})
