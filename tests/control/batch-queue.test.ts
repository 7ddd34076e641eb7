import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Batch,
  type BatchQueue,
  createBatchQueue,
  type Lane,
  type QueuedCancel,
} from '../../src/control/batch-queue.js'
import type { Approved } from '../../src/control/risk-gates.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import type { TimeInForce } from '../../src/model/order.js'
import { approve, d, idOf, type OrderValues, orderOf } from './support.js'

const entry = (values: OrderValues = {}): Approved => approve(orderOf({ timeInForce: 'gtc', ...values }))
const exit = (values: OrderValues = {}): Approved => entry({ reduceOnly: true, side: 'sell', ...values })
const cancel = (n: number): QueuedCancel => ({ assetId: 110_000, clientOrderId: idOf(n) })

const keyOf = (cancel: QueuedCancel): string => String(cancel.clientOrderId ?? cancel.orderId)
const idsOf = (batch: Batch | undefined): string[] => {
  if (batch === undefined) return []
  return batch.lane === 'cancel' ? batch.cancels.map(keyOf) : batch.orders.map(({ request }) => request.clientOrderId)
}
const idsIn = (orders: readonly Approved[]): ClientOrderId[] => orders.map(({ request }) => request.clientOrderId)

/** Takes all there is, with room for everything. */
function drain(queue: BatchQueue, from = 0): Batch[] {
  const batches: Batch[] = []
  for (let now = from; ; now += 1_000) {
    const batch = queue.take(now, 0)
    if (batch === undefined) return batches
    batches.push(batch)
  }
}

describe('the lanes', () => {
  it('leave in the order cancel, reduce-only, new, whatever came first', () => {
    const queue = createBatchQueue()
    queue.push(entry())
    queue.push(exit())
    queue.pushCancel(cancel(1))
    expect(drain(queue).map(({ lane }) => lane)).toEqual(['cancel', 'reduceOnly', 'new'])
  })

  it('are first in, first out', () => {
    const queue = createBatchQueue({ maxBatchSize: 2 })
    const orders = [entry(), entry(), entry()]
    for (const order of orders) queue.push(order)
    expect(drain(queue).map(idsOf)).toEqual([idsIn(orders.slice(0, 2)), idsIn(orders.slice(2))])
  })

  it('take turns when cancels and reduce-only orders both wait, so that neither starves', () => {
    const queue = createBatchQueue({ maxBatchSize: 1 })
    for (let n = 1; n <= 3; n++) {
      queue.pushCancel(cancel(n))
      queue.push(exit())
    }
    queue.push(entry())
    const lanes = drain(queue).map(({ lane }) => lane)
    expect(lanes).toEqual(['cancel', 'reduceOnly', 'cancel', 'reduceOnly', 'cancel', 'reduceOnly', 'new'])
  })

  it('keep their turns under a stream of cancels that never ends (W-15)', () => {
    const queue = createBatchQueue({ maxBatchSize: 1 })
    queue.push(exit())
    const lanes: (Lane | undefined)[] = []
    for (let n = 1; n <= 4; n++) {
      queue.pushCancel(cancel(n))
      queue.pushCancel(cancel(n + 100))
      lanes.push(queue.take(0, 0)?.lane)
    }
    expect(lanes.slice(0, 2)).toEqual(['cancel', 'reduceOnly'])
  })
})

describe('one batch', () => {
  it('holds one kind only: post-only orders apart from the others, in the order of the first of each', () => {
    const queue = createBatchQueue()
    const [gtc, alo, ioc, alo2] = [
      entry(),
      entry({ timeInForce: 'alo' }),
      entry({ timeInForce: 'ioc' }),
      entry({ timeInForce: 'alo' }),
    ]
    for (const order of [gtc, alo, ioc, alo2]) queue.push(order)
    expect(drain(queue).map(idsOf)).toEqual([idsIn([gtc, ioc]), idsIn([alo, alo2])])
  })

  it('never mixes reduce-only with new orders', () => {
    const queue = createBatchQueue()
    const [a, b] = [entry(), exit()]
    queue.push(a)
    queue.push(b)
    expect(drain(queue).map(idsOf)).toEqual([idsIn([b]), idsIn([a])])
  })

  it('never mixes cancels by our id with cancels by the id of the venue: they are two different actions', () => {
    const queue = createBatchQueue()
    const byOid = (orderId: number): QueuedCancel => ({ assetId: 110_000, orderId })
    for (const each of [cancel(1), byOid(7), cancel(2), byOid(8)]) queue.pushCancel(each)
    expect(drain(queue).map(idsOf)).toEqual([
      [idOf(1), idOf(2)],
      ['7', '8'],
    ])
  })

  it('has 39 entries at most, unless told otherwise', () => {
    const queue = createBatchQueue()
    for (let n = 0; n < 40; n++) queue.push(entry())
    expect(drain(queue).map((batch) => idsOf(batch).length)).toEqual([39, 1])
  })
})

describe('room', () => {
  it.each<[Lane, (queue: BatchQueue, n: number) => { status: string }]>([
    ['cancel', (queue, n) => queue.pushCancel(cancel(n))],
    ['reduceOnly', (queue) => queue.push(exit())],
    ['new', (queue) => queue.push(entry())],
  ])('in the lane %s ends at its capacity, and the answer says so', (lane, push) => {
    const queue = createBatchQueue({ capacity: { [lane]: 2 } })
    expect([1, 2, 3].map((n) => push(queue, n))).toEqual([
      { status: 'queued' },
      { status: 'queued' },
      { status: 'full', capacity: 2 },
    ])
    expect(queue.sizes[lane]).toBe(2)
  })

  it('in a full lane of new orders does not matter to cancels and reduce-only orders', () => {
    const queue = createBatchQueue({ capacity: { new: 1 } })
    queue.push(entry())
    expect(queue.push(entry()).status).toBe('full')
    expect(queue.push(exit()).status).toBe('queued')
    expect(queue.pushCancel(cancel(1)).status).toBe('queued')
  })

  it('defaults to 200 cancels, 500 reduce-only and 1000 new orders', () => {
    const queue = createBatchQueue()
    const counts = { cancel: 0, reduceOnly: 0, new: 0 }
    const [resting, fresh] = [exit(), entry()]
    const copy = (order: Approved, n: number): Approved => ({
      ...order,
      request: { ...order.request, clientOrderId: idOf(1_000_000 + n) },
    })
    while (queue.pushCancel(cancel(counts.cancel)).status === 'queued') counts.cancel += 1
    while (queue.push(copy(resting, counts.reduceOnly)).status === 'queued') counts.reduceOnly += 1
    while (queue.push(copy(fresh, counts.new)).status === 'queued') counts.new += 1
    expect(counts).toEqual({ cancel: 200, reduceOnly: 500, new: 1_000 })
  })
})

describe('requests in flight', () => {
  const fill = (): BatchQueue => {
    const queue = createBatchQueue({ maxInFlight: { new: 8, reduceOnly: 9, cancel: 10 } })
    queue.push(entry())
    queue.push(exit())
    queue.pushCancel(cancel(1))
    return queue
  }

  it.each([
    [7, ['cancel', 'reduceOnly', 'new']],
    [8, ['cancel', 'reduceOnly']],
    [9, ['cancel']],
    [10, []],
  ])('%d of 10 leave way for %j', (inFlight, lanes) => {
    const queue = fill()
    const taken = [queue.take(0, inFlight), queue.take(0, inFlight), queue.take(0, inFlight)]
    expect(taken.flatMap((batch) => (batch === undefined ? [] : [batch.lane]))).toEqual(lanes)
  })

  it('when cancels alone may go do not make them wait for their turn', () => {
    const queue = fill()
    queue.pushCancel(cancel(2))
    expect(queue.take(0, 9)?.lane).toBe('cancel')
    queue.pushCancel(cancel(3))
    expect(queue.take(0, 9)?.lane).toBe('cancel')
  })
})

describe('spacing', () => {
  it('keeps new orders apart, and nothing else', () => {
    const queue = createBatchQueue({ maxBatchSize: 1, newOrderSpacingMs: 100 })
    for (let n = 1; n <= 2; n++) {
      queue.push(entry())
      queue.push(exit())
      queue.pushCancel(cancel(n))
    }
    const at = (now: number): Lane | undefined => queue.take(now, 0)?.lane
    expect([at(0), at(0), at(0), at(0), at(0)]).toEqual(['cancel', 'reduceOnly', 'cancel', 'reduceOnly', 'new'])
    expect(queue.nextAt(0)).toBe(100)
    expect([at(99), at(100)]).toEqual([undefined, 'new'])
  })

  it('can be switched off', () => {
    const queue = createBatchQueue({ maxBatchSize: 1, newOrderSpacingMs: 0 })
    queue.push(entry())
    queue.push(entry())
    expect([queue.take(0, 0)?.lane, queue.take(0, 0)?.lane]).toEqual(['new', 'new'])
  })

  it('tells when the next batch is free to leave by time alone', () => {
    const queue = createBatchQueue({ maxInFlight: { new: 1 } })
    expect(queue.nextAt(0)).toBeUndefined()
    queue.push(entry())
    expect(queue.nextAt(1)).toBeUndefined()
    expect(queue.nextAt(0)).toBe(Number.NEGATIVE_INFINITY)
    queue.take(0, 0)
    queue.push(entry())
    expect(queue.nextAt(0)).toBe(100)
    queue.push(exit())
    expect(queue.nextAt(0)).toBe(Number.NEGATIVE_INFINITY)
  })

  it('holds for a batch that was put back, too: an older one must not catch up with a younger one', () => {
    const queue = createBatchQueue({ maxBatchSize: 1, newOrderSpacingMs: 100 })
    queue.push(entry())
    queue.push(entry())
    const first = queue.take(0, 0)
    queue.take(100, 0)
    if (first !== undefined) queue.putBack(first)
    expect(queue.take(101, 0)).toBeUndefined()
    expect(idsOf(queue.take(200, 0))).toEqual(idsOf(first))
  })
})

describe('a limit from outside', () => {
  const all = { cancel: 9, reduceOnly: 9, new: 9 }

  it('holds back the lanes it names, and cuts a batch to what it leaves', () => {
    const queue = createBatchQueue({ newOrderSpacingMs: 0 })
    for (let n = 1; n <= 4; n++) {
      queue.pushCancel(cancel(n))
      queue.push(exit())
      queue.push(entry())
    }
    expect(queue.take(0, 0, { cancel: 0, reduceOnly: 0, new: 0 })).toBeUndefined()
    expect(idsOf(queue.take(0, 0, { ...all, cancel: 0, reduceOnly: 1 }))).toHaveLength(1)
    expect(idsOf(queue.take(0, 0, { ...all, cancel: 3, reduceOnly: 0 }))).toHaveLength(3)
    expect(idsOf(queue.take(0, 0, { cancel: 0, reduceOnly: 0, new: 2 }))).toHaveLength(2)
    expect(queue.sizes).toEqual({ cancel: 1, reduceOnly: 3, new: 2 })
  })

  it('says when to look again, if anything waits for it', () => {
    const queue = createBatchQueue()
    const held = { cancel: 9, reduceOnly: 0, new: 0, nextAt: 500 }
    expect(queue.nextAt(0, held)).toBeUndefined()
    queue.push(exit())
    expect(queue.nextAt(0, held)).toBe(500)
    queue.push(entry())
    queue.take(0, 0, { ...all, reduceOnly: 0 })
    queue.push(entry())
    expect(queue.nextAt(0, { ...held, new: 9 })).toBe(100)
    expect(queue.nextAt(0, { ...held, new: 9, nextAt: 50 })).toBe(50)
    queue.pushCancel(cancel(1))
    expect(queue.nextAt(0, held)).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('the same purpose twice', () => {
  it('lets the older immediate exit live on, with the newer price and the larger size (F-47, W-10)', () => {
    const queue = createBatchQueue()
    const older = exit({ timeInForce: 'ioc', size: '3', price: '99' })
    const newer = exit({ timeInForce: 'ioc', size: '2', price: '98' })
    queue.push(older)
    const result = queue.push(newer)
    const survivor = { ...older.request, price: d('98'), size: d('3') }
    expect(result).toEqual({ status: 'deduplicated', survivor })
    const [batch, ...rest] = drain(queue)
    expect(rest).toEqual([])
    expect(batch?.lane === 'reduceOnly' && batch.orders.map(({ request }) => request)).toEqual([survivor])
  })

  it('takes the larger size of the newer one', () => {
    const queue = createBatchQueue()
    queue.push(exit({ timeInForce: 'ioc', size: '2' }))
    const result = queue.push(exit({ timeInForce: 'ioc', size: '3' }))
    expect(result.status === 'deduplicated' && result.survivor.size.toFixed()).toBe('3')
  })

  it('finds one survivor for four exits in one tick (F-47), even when the lane is full', () => {
    const queue = createBatchQueue({ capacity: { reduceOnly: 1 } })
    const exits = [1, 2, 3, 4].map(() => exit({ timeInForce: 'ioc' }))
    const results = exits.map((order) => queue.push(order))
    expect(results.map(({ status }) => status)).toEqual(['queued', 'deduplicated', 'deduplicated', 'deduplicated'])
    expect(queue.sizes.reduceOnly).toBe(1)
  })

  it.each<[string, OrderValues, OrderValues]>([
    ['rungs of a resting ladder', { timeInForce: 'gtc' }, { timeInForce: 'gtc', price: '101' }],
    ['rungs of a post-only ladder', { timeInForce: 'alo' }, { timeInForce: 'alo', price: '101' }],
    ['an immediate exit beside a resting one', { timeInForce: 'gtc' }, { timeInForce: 'ioc' }],
    ['exits of two markets', { timeInForce: 'ioc' }, { timeInForce: 'ioc', market: 'xyz:TSLA' }],
    ['exits of two sides', { timeInForce: 'ioc' }, { timeInForce: 'ioc', side: 'buy' }],
  ])('is not meant by %s', (_, first, second) => {
    const queue = createBatchQueue()
    queue.push(exit(first))
    expect(queue.push(exit(second))).toEqual({ status: 'queued' })
  })

  it('is not meant by two new orders', () => {
    const queue = createBatchQueue()
    queue.push(entry({ timeInForce: 'ioc' }))
    expect(queue.push(entry({ timeInForce: 'ioc' }))).toEqual({ status: 'queued' })
  })

  it('ends when the first has left', () => {
    const queue = createBatchQueue()
    queue.push(exit({ timeInForce: 'ioc' }))
    queue.take(0, 0)
    expect(queue.push(exit({ timeInForce: 'ioc' }))).toEqual({ status: 'queued' })
  })

  it('queues one cancel for an order, however often it is asked for, even at capacity', () => {
    const queue = createBatchQueue({ capacity: { cancel: 1 } })
    expect([queue.pushCancel(cancel(1)), queue.pushCancel(cancel(1))]).toEqual([
      { status: 'queued' },
      { status: 'queued' },
    ])
    expect(queue.sizes.cancel).toBe(1)
  })
})

describe('taking out', () => {
  it('puts a batch back in front, in its old order', () => {
    const queue = createBatchQueue({ maxBatchSize: 2, newOrderSpacingMs: 0 })
    const orders = [entry(), entry(), entry(), entry()]
    for (const order of orders) queue.push(order)
    const batch = queue.take(0, 0)
    if (batch !== undefined) queue.putBack(batch)
    expect(drain(queue).flatMap(idsOf)).toEqual(idsIn(orders))
  })

  it('puts cancels back in front, and a cancel asked for again meanwhile stays one', () => {
    const queue = createBatchQueue()
    queue.pushCancel(cancel(1))
    queue.pushCancel(cancel(2))
    const batch = queue.take(0, 0)
    queue.pushCancel(cancel(3))
    queue.pushCancel(cancel(2))
    if (batch !== undefined) queue.putBack(batch)
    expect(drain(queue).flatMap(idsOf)).toEqual([1, 2, 3].map(idOf))
  })

  it('removes one order wherever it waits, and nothing that does not wait', () => {
    const queue = createBatchQueue()
    const [a, b, c] = [entry(), exit(), entry()]
    for (const order of [a, b, c]) queue.push(order)
    expect(queue.remove(a.request.clientOrderId)).toBe(a)
    expect(queue.remove(b.request.clientOrderId)).toBe(b)
    expect(queue.remove(a.request.clientOrderId)).toBeUndefined()
    expect(drain(queue).flatMap(idsOf)).toEqual(idsIn([c]))
  })

  it('purges the new orders and leaves cancels and reduce-only orders alone', () => {
    const queue = createBatchQueue()
    const orders = [entry(), entry()]
    for (const order of orders) queue.push(order)
    queue.push(exit())
    queue.pushCancel(cancel(1))
    expect(queue.purgeNew()).toEqual(orders)
    expect(queue.sizes).toEqual({ cancel: 1, reduceOnly: 1, new: 0 })
    expect(queue.purgeNew()).toEqual([])
  })
})

describe('nothing is lost and nothing doubled', () => {
  const SPACING_MS = 100
  const LIMITS = { capacity: { cancel: 5, reduceOnly: 5, new: 6 }, maxInFlight: { cancel: 4, reduceOnly: 3, new: 2 } }
  const timeInForce = fc.constantFrom<TimeInForce>('ioc', 'gtc', 'alo')
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('new' as const), timeInForce }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('exit' as const),
        timeInForce,
        side: fc.constantFrom('buy' as const, 'sell' as const),
        size: fc.integer({ min: 1, max: 9 }).map(String),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('cancel' as const),
        n: fc.integer({ min: 1, max: 6 }),
        ours: fc.boolean(),
      }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), inFlight: fc.nat(4), ms: fc.nat(150) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('putBack', 'written', 'remove'), n: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
  )

  it('over any sequence of pushing, taking, putting back, removing and purging', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (script, maxBatchSize) => {
        const queue = createBatchQueue({ ...LIMITS, maxBatchSize, newOrderSpacingMs: SPACING_MS })
        // The plainest model: a list for each lane, of names with their kind.
        type Waiting = { readonly id: string; readonly kind: string }
        const lanes: Record<Lane, Waiting[]> = { cancel: [], reduceOnly: [], new: [] }
        const out: { batch: Batch; entries: readonly Waiting[] }[] = []
        const everywhere = new Map<string, Approved>()
        let now = 0
        let newFreeAt = Number.NEGATIVE_INFINITY

        const push = (order: Approved): void => {
          const { clientOrderId: id, reduceOnly, timeInForce, side } = order.request
          const lane = reduceOnly ? 'reduceOnly' : 'new'
          const purpose = reduceOnly && timeInForce === 'ioc' ? `${side} now` : undefined
          everywhere.set(id, order)
          const twin = lanes.reduceOnly.find(({ id: other }) => {
            const request = everywhere.get(other)?.request
            return request?.timeInForce === 'ioc' && `${request.side} now` === purpose
          })
          const result = queue.push(order)
          if (twin !== undefined) {
            expect(result).toMatchObject({ status: 'deduplicated', survivor: { clientOrderId: twin.id } })
          } else if (lanes[lane].length >= LIMITS.capacity[lane]) {
            expect(result).toEqual({ status: 'full', capacity: LIMITS.capacity[lane] })
          } else {
            expect(result).toEqual({ status: 'queued' })
            lanes[lane].push({ id, kind: timeInForce === 'alo' ? 'alo' : 'other' })
          }
        }

        for (const each of script) {
          if (each.do === 'new') push(entry({ timeInForce: each.timeInForce }))
          else if (each.do === 'exit') push(exit({ timeInForce: each.timeInForce, side: each.side, size: each.size }))
          else if (each.do === 'cancel') {
            const wanted: QueuedCancel = each.ours ? cancel(each.n) : { assetId: 110_000, orderId: each.n }
            const id = keyOf(wanted)
            const isKnown = lanes.cancel.some((waiting) => waiting.id === id)
            const fits = lanes.cancel.length < LIMITS.capacity.cancel
            expect(queue.pushCancel(wanted).status).toBe(isKnown || fits ? 'queued' : 'full')
            if (!isKnown && fits) lanes.cancel.push({ id, kind: each.ours ? 'ours' : 'theirs' })
          } else if (each.do === 'take') {
            now += each.ms
            const may = (lane: Lane): boolean => lanes[lane].length > 0 && each.inFlight < LIMITS.maxInFlight[lane]
            const urgent = (['cancel', 'reduceOnly'] as const).filter(may)
            const allowed = urgent.length > 0 ? urgent : may('new') && now >= newFreeAt ? ['new'] : []
            expect((queue.nextAt(each.inFlight) ?? Number.POSITIVE_INFINITY) <= now).toBe(allowed.length > 0)
            const batch = queue.take(now, each.inFlight)
            if (batch === undefined) {
              expect(allowed).toEqual([])
              continue
            }
            expect(allowed).toContain(batch.lane)
            const lane = lanes[batch.lane]
            const entries = lane.filter(({ kind }) => kind === lane[0]?.kind).slice(0, maxBatchSize)
            expect(idsOf(batch)).toEqual(entries.map(({ id }) => id))
            lanes[batch.lane] = lane.filter((waiting) => !entries.includes(waiting))
            if (batch.lane === 'new') newFreeAt = now + SPACING_MS
            out.push({ batch, entries })
          } else if (each.do === 'written') {
            out.splice(each.n % Math.max(out.length, 1), 1)
          } else if (each.do === 'putBack') {
            const [back] = out.splice(each.n % Math.max(out.length, 1), 1)
            if (back === undefined) continue
            queue.putBack(back.batch)
            const again = new Set(back.entries.map(({ id }) => id))
            const { lane } = back.batch
            lanes[lane] = [...back.entries, ...lanes[lane].filter(({ id }) => !again.has(id))]
          } else if (each.do === 'remove') {
            const id = [...everywhere.keys()][each.n % Math.max(everywhere.size, 1)]
            if (id === undefined) continue
            const waits = [...lanes.new, ...lanes.reduceOnly].some((waiting) => waiting.id === id)
            expect(queue.remove(id as ClientOrderId) !== undefined).toBe(waits)
            for (const lane of ['new', 'reduceOnly'] as const) {
              lanes[lane] = lanes[lane].filter((waiting) => waiting.id !== id)
            }
          } else {
            expect(idsIn(queue.purgeNew())).toEqual(lanes.new.map(({ id }) => id))
            lanes.new = []
          }
          expect(queue.sizes).toEqual({
            cancel: lanes.cancel.length,
            reduceOnly: lanes.reduceOnly.length,
            new: lanes.new.length,
          })
        }
        const left = drain(queue, now + SPACING_MS).flatMap(idsOf)
        const waiting = [...lanes.cancel, ...lanes.reduceOnly, ...lanes.new].map(({ id }) => id)
        expect(left.sort()).toEqual(waiting.sort())
      }),
      { numRuns: 500 },
    )
  })
})

describe('options and arguments', () => {
  it.each([
    [{ capacity: { new: 0 } }, 'capacity.new'],
    [{ capacity: { cancel: -1 } }, 'capacity.cancel'],
    [{ maxInFlight: { reduceOnly: 1.5 } }, 'maxInFlight.reduceOnly'],
    [{ maxInFlight: { new: 91 } }, 'maxInFlight'],
    [{ maxInFlight: { cancel: 89 } }, 'maxInFlight'],
    [{ maxBatchSize: 0 }, 'maxBatchSize'],
    [{ newOrderSpacingMs: -1 }, 'newOrderSpacingMs'],
  ])('refuses %j by name', (options, field) => {
    expect(() => createBatchQueue(options)).toThrow(RangeError)
    expect(() => createBatchQueue(options)).toThrow(field)
  })

  it('refuses a cancel that names no order', () => {
    expect(() => createBatchQueue().pushCancel({ assetId: 1 })).toThrow(TypeError)
  })

  it('refuses a time that is none, and takes nothing', () => {
    const queue = createBatchQueue()
    queue.push(entry())
    expect(() => queue.take(Number.NaN, 0)).toThrow(/^now: /)
    expect(queue.sizes.new).toBe(1)
  })
})
