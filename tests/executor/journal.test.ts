import {
  createMemoryJournal,
  createNonceManager,
  type Journal,
  type JournalRecord,
  type MemoryJournal,
  replayJournal,
} from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { checkpointOf } from '../../src/control/ledger-steps.js'
import {
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
  outcomeNow,
} from '../helpers/harness.js'

const resting = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

type Run = { readonly harness: Harness; readonly journal: MemoryJournal }

async function begin(options: HarnessOptions = {}): Promise<Run> {
  const journal = createMemoryJournal()
  return { harness: await createStarted({ journal, ...options }), journal }
}

/** Kills the process, and starts another on what its journal kept. */
async function restart({ harness, journal: { records } }: Run, options: HarnessOptions = {}) {
  harness.kill()
  const journal = createMemoryJournal(records)
  const next = createHarness({ journal, ...options }, harness)
  const starting = next.executor.start()
  await next.pass(100)
  return { next, starting, run: { harness: next, journal } }
}

const ordersAt = ({ exchange }: Harness) => exchange.record.orders.map(({ cloid, status }) => [cloid, status])

/** As text, so that equal decimals are equal. */
const told = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('after a crash', () => {
  it('an order whose answer was never heard is found, and its intent is not executed twice', async () => {
    const run = await begin()
    const { harness } = run
    harness.toExecutor = () => false
    accepted(harness.executor.submit(buy({ intentId: 'signal 7' })))
    await harness.settle()

    const { next, starting } = await restart(run)
    const { recovered } = await starting
    expect(recovered).toHaveLength(1)
    const again = accepted(next.executor.submit(buy({ intentId: 'signal 7' })))
    expect(again).toBe(recovered[0])
    await next.pass(5_000)
    expect(await outcomeNow(again)).toMatchObject({ status: 'filled', intentId: 'signal 7' })
    expect(ordersAt(next)).toHaveLength(1)
    expect(next.executor.positions()).toHaveLength(1)
  })

  it('an order that was written down and never reached the venue is proven dead before new orders may go', async () => {
    const run = await begin()
    const { harness } = run
    harness.toExchange = (text) => !text.includes('"type":"order"')
    accepted(harness.executor.submit(buy()))
    await harness.settle()

    const { next, starting } = await restart(run)
    expect(next.executor.readiness().missing.map(({ condition }) => condition)).toContain('recovery')
    expect(next.executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    await next.pass(2_000)
    const { recovered } = await starting
    expect(await recovered[0]?.outcome).toMatchObject({ status: 'expired' })
    expect(next.executor.readiness().ready).toBe(true)
    expect(ordersAt(next)).toEqual([])
  })

  it('an order that was only queued is forgotten: it never left, and its intent can be submitted again', async () => {
    const run = await begin({ queue: { newOrderSpacingMs: 1_000 } })
    const { harness } = run
    harness.executor.submit(resting())
    await harness.settle()
    const queued = accepted(harness.executor.submit(resting({ intentId: 'later' })))
    await harness.settle()
    expect(queued.current().status).toBe('pending')

    const { next, starting } = await restart(run)
    expect((await starting).recovered).toHaveLength(1)
    const again = accepted(next.executor.submit(resting({ intentId: 'later' })))
    await next.pass(1_000)
    expect(again.current().status).toBe('working')
  })

  it('a resting order goes on where it was, and what filled meanwhile is booked on it', async () => {
    const run = await begin()
    const { harness } = run
    const order = accepted(harness.executor.submit(resting({ intentId: 'quote', tags: { leg: 'bid' } })))
    await harness.settle()
    harness.kill()
    harness.exchange.market(NVDA).setBook({ bids: [], asks: [] }).take('sell', '170', '0.4')

    const { next, starting } = await restart(run)
    await starting
    const again = accepted(next.executor.submit(resting({ intentId: 'quote' })))
    expect(again.clientOrderId).toBe(order.clientOrderId)
    await next.pass(2_000)
    expect(again.current()).toMatchObject({ status: 'partiallyFilled', isExternal: false, tags: { leg: 'bid' } })
    expect(again.current().filledSize.toFixed()).toBe('0.4')
    expect(again.current().averagePrice?.toFixed()).toBe('170')
    expect(next.executor.positions().map(({ size }) => size.toFixed())).toEqual(['0.4'])
  })

  it('an intent that was over is answered from the journal', async () => {
    const run = await begin()
    const { harness } = run
    const before = await accepted(harness.executor.submit(buy({ intentId: 'done' }))).outcome
    await harness.settle()
    const { next, starting } = await restart(run)
    expect((await starting).recovered).toEqual([])
    const after = await accepted(next.executor.submit(buy({ intentId: 'done' }))).outcome
    // The answer told of the price, and the fill that came after it of the fee.
    expect(told({ ...after, fees: undefined })).toEqual(told({ ...before, fees: undefined }))
    expect(after.fees.toFixed()).not.toBe('0')
    expect(ordersAt(next)).toHaveLength(1)
  })

  it('fills that were booked before are not booked again', async () => {
    const run = await begin()
    const { harness } = run
    await accepted(harness.executor.submit(buy({ size: '2' }))).outcome
    const { next, starting } = await restart(run)
    const fills: unknown[] = []
    next.executor.on('fill', (fill) => fills.push(fill))
    await starting
    await next.pass(2_000)
    expect(fills).toEqual([])
    expect(next.executor.positions().map(({ size }) => size.toFixed())).toEqual(['2'])
  })

  it('the kill switch is still on, with its reason and time, until a person resets it', async () => {
    const run = await begin()
    const { harness } = run
    harness.executor.hardStop.trigger({ cause: 'risk', reason: 'loss limit' })
    const { state } = harness.executor.hardStop
    await harness.pass(1_000)
    const { next, starting, run: second } = await restart(run)
    await starting
    expect(next.executor.hardStop.state).toEqual(state)
    expect(next.executor.submit(buy())).toMatchObject({ reason: 'HARD_STOP' })
    next.executor.hardStop.reset('Ada')

    const third = await restart(second)
    await third.starting
    expect(third.next.executor.hardStop.state.triggered).toBe(false)
  })

  it('nonces go on above the last one, even with a clock that runs behind', async () => {
    const run = await begin()
    const { harness } = run
    await accepted(harness.executor.submit(buy())).outcome
    const used = run.journal.records.flatMap((record) => (record.kind === 'sent' ? [nonceOf(record)] : []))
    harness.clock.stepWall(-1_500)
    const nonces = createNonceManager()
    const { next, starting } = await restart(run, { nonces })
    // Positions of a time before those in the journal say nothing; the clock of this exchange has stepped back too.
    await next.pass(2_000)
    await starting
    expect(nonces.highWaterMark).toBe(Math.max(...used))
  })

  it('a journal of another account is refused before anything is sent', async () => {
    const { harness, journal } = await begin()
    await harness.executor.close()
    const other = createHarness({ journal, account: '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc' })
    await expect(other.executor.start()).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
    expect(other.sockets).toEqual([])
  })

  it('a journal that another executor holds is refused', async () => {
    const { journal } = await begin()
    const second = createHarness({ journal })
    await expect(second.executor.start()).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  })

  it.each<[string, (records: readonly JournalRecord[]) => readonly JournalRecord[], RegExp]>([
    ['of a kind nobody knows', (records) => [...records, { kind: 'surprise' }], /record \d+ \(surprise\)/],
    ['with a size that is no number', (records) => records.map(spoilSize), /record \d+ \(order\): size/],
    ['without its order', (records) => records.map((r) => (r.kind === 'order' ? { kind: 'order' } : r)), /\(order\)/],
    ['that is there twice', (records) => [...records, ...records.filter(({ kind }) => kind === 'order')], /in use/],
  ])('a record %s is refused by its number', async (_, spoil, message) => {
    const { harness, journal } = await begin()
    await accepted(harness.executor.submit(buy())).outcome
    harness.kill()
    const next = createHarness({ journal: createMemoryJournal(spoil(journal.records)) }, harness)
    await expect(next.executor.start()).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: expect.stringMatching(message),
    })
    expect(next.sockets).toEqual([])
  })
})

const spoilSize = (record: JournalRecord): JournalRecord =>
  record.kind === 'order' ? { ...record, request: { ...(record['request'] as object), size: '1e3x' } } : record

const nonceOf = (record: JournalRecord): number => (record['as'] as { nonce: number }).nonce

describe('before an order leaves', () => {
  it('it is written down', async () => {
    const { harness, journal } = await begin()
    let kept: readonly string[] = []
    harness.toExchange = (text) => {
      if (text.includes('"type":"order"')) kept = journal.records.map(({ kind }) => kind)
      return true
    }
    await accepted(harness.executor.submit(buy())).outcome
    expect(kept.slice(-2)).toEqual(['order', 'sent'])
  })

  it('and its journal is slow, it waits; a cancel and a reduce-only order do not', async () => {
    const slow = createSlowJournal()
    const { harness } = await begin({ journal: slow })
    slow.hold()
    const entry = accepted(harness.executor.submit(resting()))
    const exit = accepted(harness.executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true })))
    await harness.settle()
    expect(entry.current().status).toBe('pending')
    expect(await outcomeNow(exit)).toMatchObject({ status: 'rejected', reason: 'REDUCE_ONLY' })
    slow.release()
    await harness.settle()
    expect(entry.current().status).toBe('working')
    slow.hold()
    expect(await harness.executor.cancel(entry.clientOrderId)).toEqual({ status: 'canceled' })
  })

  it.each<[string, (harness: Harness, id: `0x${string}`) => void, string]>([
    ['the kill switch', ({ executor }) => executor.hardStop.trigger({ cause: 'manual', reason: 'x' }), 'HARD_STOP'],
    ['a lost connection', ({ sockets }) => sockets.at(-1)?.terminate(), 'NOT_SENT'],
    ['a cancel', ({ executor }, id) => void executor.cancel(id), 'CANCELED_BEFORE_SENT'],
  ])('and %s comes while the journal is slow, it stays', async (_, happen, reason) => {
    const slow = createSlowJournal()
    const { harness } = await begin({ journal: slow })
    slow.hold()
    const order = accepted(harness.executor.submit(buy()))
    await harness.settle()
    happen(harness, order.clientOrderId)
    slow.release()
    await harness.settle()
    expect(await outcomeNow(order)).toMatchObject({ status: 'denied', reason })
    expect(ordersAt(harness)).toEqual([])
  })

  it('and the journal never answers, it is denied in bounded time', async () => {
    const slow = createSlowJournal()
    const { harness } = await begin({ journal: slow })
    slow.hold()
    const order = accepted(harness.executor.submit(buy()))
    await harness.pass(2_000)
    expect(await outcomeNow(order)).toMatchObject({ status: 'denied', reason: 'JOURNAL_FAILED' })
  })
})

describe('a journal that cannot keep records', () => {
  it('stops new orders, and neither cancels nor reduce-only orders', async () => {
    const broken = createBreakableJournal()
    const { harness } = await begin({ journal: broken })
    const order = accepted(harness.executor.submit(resting()))
    await harness.settle()
    broken.isBroken = true
    const denied = accepted(harness.executor.submit(buy()))
    await harness.settle()
    expect(await outcomeNow(denied)).toMatchObject({ status: 'denied', reason: 'JOURNAL_FAILED' })
    expect(harness.executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'JOURNAL_FAILED', gate: 'ready' })
    expect(harness.executor.readiness().missing).toMatchObject([{ condition: 'journal' }])
    const exit = accepted(harness.executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true })))
    expect(await exit.outcome).toMatchObject({ status: 'rejected', reason: 'REDUCE_ONLY' })
    expect(await harness.executor.cancel(order.clientOrderId)).toEqual({ status: 'canceled' })
  })

  it('is made shorter by a checkpoint when it asks for one', async () => {
    const long = { ...createMemoryJournal(), wantsCheckpoint: true }
    const run = await begin({ journal: long })
    await accepted(run.harness.executor.submit(buy({ intentId: 'a' }))).outcome
    await run.harness.settle()
    const records: JournalRecord[] = []
    for await (const record of long.replay()) records.push(record)
    expect(records.slice(0, 4).map(({ kind }) => kind)).toEqual(['hardStop', 'markets', 'nonce', 'knownPositions'])
    const { starting, next } = await restart({ ...run, journal: createMemoryJournal(records) })
    await starting
    expect(await accepted(next.executor.submit(buy({ intentId: 'a' }))).outcome).toMatchObject({ status: 'filled' })
    expect(ordersAt(next)).toHaveLength(1)
  })

  it('is made whole by a checkpoint once it works again', async () => {
    const broken = createBreakableJournal()
    const { harness } = await begin({ journal: broken })
    broken.isBroken = true
    await harness.executor.submit(buy())
    await harness.settle()
    const exit = accepted(harness.executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true })))
    await exit.outcome
    broken.isBroken = false
    await harness.pass(1_000)
    expect(harness.executor.readiness().ready).toBe(true)
    expect(await accepted(harness.executor.submit(buy())).outcome).toMatchObject({ status: 'filled' })
    const { orders } = await replayJournal(broken.records)
    expect([...orders.all()].map(({ status }) => status)).toEqual(['denied', 'rejected', 'filled'])
  })
})

describe('replayJournal', () => {
  it('leads to the books of the run, every time', async () => {
    const { harness, journal } = await begin()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 3 })
    exchange.fault({ fault: 'duplicate', of: 'feed:userFills', every: 2 })
    const quote = accepted(executor.submit(resting({ tags: { size: 'not a number' } })))
    await accepted(executor.submit(buy({ size: '2' }))).outcome
    executor.submit(buy({ side: 'sell', price: '170' }))
    await harness.pass(10_000)
    executor.modify(quote.clientOrderId, { price: '171' })
    await harness.pass(1_000)
    const middle = await replayJournal(journal.records)
    expect(middle.positions.all().map(({ size }) => size.toFixed())).toEqual(['1'])

    await executor.cancelAll()
    await harness.pass(2_000)
    const end = await replayJournal(journal.records)
    expect([...end.orders.open()]).toEqual([])
    expect([...end.orders.all()].map(({ status, filledSize }) => [status, filledSize.toFixed()])).toEqual([
      ['canceled', '0'],
      ['filled', '2'],
      ['filled', '1'],
      ['canceled', '0'],
    ])
    const again = await replayJournal(journal.records)
    expect(told([...again.orders.all()])).toEqual(told([...end.orders.all()]))
  })

  it('from a checkpoint made at any record, and the records after it, leads to the same books', async () => {
    const { harness, journal } = await begin()
    const { executor, exchange } = harness
    exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 2 })
    accepted(executor.submit(resting()))
    executor.submit(buy({ size: '2' }))
    await harness.pass(3_000)
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    await executor.submit(buy({ side: 'sell', price: '170', reduceOnly: true }))
    await harness.pass(10_000)
    const { records } = journal
    const whole = await replayJournal(records)
    expect(records.length).toBeGreaterThan(15)
    for (let cut = 0; cut <= records.length; cut++) {
      const checkpoint = [...checkpointOf(await replayJournal(records.slice(0, cut)))] as readonly JournalRecord[]
      const books = await replayJournal([...(told(checkpoint) as JournalRecord[]), ...records.slice(cut)])
      expect(told([...books.orders.all()])).toEqual(told([...whole.orders.all()]))
      expect(told(books.positions.snapshot())).toEqual(told(whole.positions.snapshot()))
      expect([books.hardStop, books.highestNonce]).toEqual([whole.hardStop, whole.highestNonce])
    }
  })

  it('can be watched and stopped at any record', async () => {
    const { harness, journal } = await begin()
    await accepted(harness.executor.submit(buy())).outcome
    const statuses: string[] = []
    const { orders } = await replayJournal(journal.records, {
      onRecord(record, books) {
        const [order] = books.orders.all()
        if (order !== undefined) statuses.push(order.status)
        return record['event'] !== 'filled'
      },
    })
    expect(statuses).toEqual(['pending', 'pending', 'inFlight', 'filled'])
    expect([...orders.all()]).toHaveLength(1)
  })
})

/** A journal whose disk takes its time. */
function createSlowJournal(): Journal & { hold(): void; release(): void } {
  const journal = createMemoryJournal()
  let isHeld = false
  let held: (() => void)[] = []
  return {
    ...journal,
    append(record) {
      journal.append(record)
      return isHeld ? new Promise((resolve) => held.push(resolve)) : undefined
    },
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const resolve of held) resolve()
      held = []
    },
  }
}

/** A journal whose disk is full for a while. */
function createBreakableJournal() {
  const journal = createMemoryJournal()
  const breakable = {
    ...journal,
    isBroken: false,
    append(record: JournalRecord) {
      if (breakable.isBroken) throw new Error('ENOSPC')
      return journal.append(record)
    },
    checkpoint(records: Iterable<JournalRecord>) {
      if (breakable.isBroken) throw new Error('ENOSPC')
      return journal.checkpoint(records)
    },
    get records() {
      return journal.records
    },
  }
  return breakable
}
