import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimExchange, createUnverifiedSigner } from '../../src/testing/index.js'
import {
  type Action,
  type Bench,
  CLOID,
  createBench,
  NVDA,
  type OrderFields,
  OTHER,
  orderAction,
  orderWire,
  USER,
} from './helpers.js'

const NAME = 'xyz:NVDA'
const BLOCK_MS = 70

let bench: Bench
let answered: string[]
let nonce: number

beforeEach(() => {
  bench = createBench({ blockMs: BLOCK_MS })
  answered = []
  nonce = bench.clock.now()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({ bids: [['175', '100']], asks: [['177', '100']] })
})

/** Sends an action and notes when it is answered, under a name. */
function send(
  name: string,
  action: Action,
  { as = USER, expiresAfter }: { as?: string; expiresAfter?: number } = {},
): void {
  const signature = createUnverifiedSigner(as).sign('0x', { network: 'testnet', connectionId: '0x' })
  const payload = { action, nonce: ++nonce, signature, ...(expiresAfter === undefined ? {} : { expiresAfter }) }
  bench.exchange.handleExchange(payload, (reply) => {
    answered.push(`${name}: ${JSON.stringify('body' in reply ? reply.body : reply.text)}`)
  })
}
const names = (): string[] => answered.map((line) => line.slice(0, line.indexOf(':')))
const answerOf = (name: string): string | undefined => answered.find((line) => line.startsWith(`${name}:`))
const order = (fields: OrderFields): Action => orderAction(fields)
const cancel = (cloid: string): Action => ({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid }] })

describe('actions of one block', () => {
  it('are answered when it ends, at whole multiples of its length', () => {
    bench.clock.advance(50)
    send('a', order({ p: '174', s: '1' }))
    bench.clock.advance(19)
    expect(answered).toEqual([])
    bench.clock.advance(1)
    expect(names()).toEqual(['a'])
    send('b', order({ p: '174', s: '1' }))
    bench.clock.advance(BLOCK_MS - 1)
    expect(names()).toEqual(['a'])
    bench.clock.advance(1)
    expect(names()).toEqual(['a', 'b'])
  })

  it('run post-only first, cancels next, takers last, each in the order they came', () => {
    send('ioc', order({ p: '177', s: '1', tif: 'Ioc' }))
    send('gtc', order({ p: '174', s: '1' }))
    send('cancel', cancel(CLOID))
    send('mixed', orderAction({ p: '174', s: '1', tif: 'Alo' }, { p: '174', s: '1' }))
    send('alo', order({ p: '174', s: '1', tif: 'Alo' }))
    send('noop', { type: 'noop' })
    bench.clock.advance(BLOCK_MS)
    expect(names()).toEqual(['alo', 'noop', 'cancel', 'ioc', 'gtc', 'mixed'])
  })

  it('count a modify as what it places', () => {
    bench.clock.advance(0)
    send('gtc', { type: 'modify', oid: CLOID, order: orderWire({ p: '174', s: '1' }) })
    send('cancel', cancel(CLOID))
    send('alo', { type: 'batchModify', modifies: [{ oid: CLOID, order: orderWire({ p: '174', s: '1', tif: 'Alo' }) }] })
    bench.clock.advance(BLOCK_MS)
    expect(names()).toEqual(['alo', 'cancel', 'gtc'])
  })

  it('let a cancel save a quote from a taker that was sent before it', () => {
    send('quote', order({ p: '176', s: '1', tif: 'Alo', c: CLOID }))
    bench.clock.advance(BLOCK_MS)
    send('taker', order({ b: false, p: '176', s: '1', tif: 'Ioc' }), { as: OTHER })
    send('cancel', cancel(CLOID))
    bench.clock.advance(BLOCK_MS)
    expect(answerOf('cancel')).toContain('success')
    expect(answerOf('taker')).toContain('could not immediately match')
    expect(bench.exchange.record.fills).toEqual([])
  })

  it('put those that pay more first among the takers', () => {
    bench.exchange.account(USER).setPriorityFunds('100')
    const ioc = orderWire({ p: '177', s: '1', tif: 'Ioc' })
    send('free', { type: 'order', orders: [ioc], grouping: 'na' })
    send('paid', { type: 'order', orders: [ioc], grouping: { p: 80_000 } })
    bench.clock.advance(BLOCK_MS)
    expect(names()).toEqual(['paid', 'free'])
  })

  it('are judged by the time of the block, so an action may expire while it waits', () => {
    send('late', order({ p: '174', s: '1' }), { expiresAfter: bench.clock.now() + BLOCK_MS - 1 })
    send('in time', order({ p: '174', s: '1' }), { expiresAfter: bench.clock.now() + BLOCK_MS })
    bench.clock.advance(BLOCK_MS)
    expect(answerOf('late')).toContain('Action already expired')
    expect(answerOf('in time')).toContain('resting')
  })

  it('are told to the feeds once, after all of them', () => {
    const frames: string[] = []
    const connection = bench.exchange.connect({ send: (text) => frames.push(text), close: () => {} })
    connection.receive(JSON.stringify({ method: 'subscribe', subscription: { type: 'orderUpdates', user: USER } }))
    send('a', order({ p: '174', s: '1' }))
    send('b', order({ p: '173', s: '1' }))
    bench.clock.advance(BLOCK_MS)
    const updates = frames.filter((frame) => frame.startsWith('{"channel":"orderUpdates"'))
    expect(updates).toHaveLength(1)
    expect((JSON.parse(updates[0] ?? '') as { data: unknown[] }).data).toHaveLength(2)
  })

  it('are awaited by idle', async () => {
    send('a', order({ p: '174', s: '1' }))
    const idle = bench.exchange.idle()
    bench.clock.advance(BLOCK_MS)
    await idle
    expect(names()).toEqual(['a'])
  })

  it('are all executed once, whatever comes when', () => {
    const step = fc.record({ tif: fc.constantFrom('Alo', 'Ioc', 'Gtc'), waitMs: fc.integer({ min: 0, max: 100 }) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        answered = []
        for (const [index, { tif, waitMs }] of steps.entries()) {
          send(String(index), order({ p: '174', s: '1', tif: tif as 'Alo' }))
          bench.clock.advance(waitMs)
        }
        bench.clock.advance(BLOCK_MS)
        expect(
          names()
            .map(Number)
            .sort((a, b) => a - b),
        ).toEqual(steps.map((_step, index) => index))
      }),
      { numRuns: 50 },
    )
  })
})

describe('without a length', () => {
  it('every action is its own block and answered in the call', () => {
    bench = createBench()
    send('a', order({ p: '174', s: '1' }))
    expect(names()).toEqual(['a'])
  })

  it('a length that is none is refused', () => {
    expect(() => createSimExchange({ blockMs: -1 })).toThrow(RangeError)
    expect(() => createSimExchange({ blockMs: 0.5 })).toThrow(RangeError)
  })
})
