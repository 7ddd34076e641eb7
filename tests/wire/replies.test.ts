/** Every answer the venue gives to an action, and everything else as unknown. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toWire } from '../../src/model/decimal.js'
import {
  type CancelReply,
  type OrderReply,
  parseCancelReplies,
  parseDefaultReply,
  parseOrderReplies,
} from '../../src/wire/replies.js'
import { anyAnswer } from '../helpers/near-json.js'

const CLOID = '0x0de3e244a8f44fc28a6b7bc852d66d19'
const statuses = (...entries: unknown[]): unknown => ({
  status: 'ok',
  response: { type: 'order', data: { statuses: entries } },
})
const canceled = (...entries: unknown[]): unknown => ({
  status: 'ok',
  response: { type: 'cancel', data: { statuses: entries } },
})
const err = (response: unknown): unknown => ({ status: 'err', response })
const ok = (response: unknown): unknown => ({ status: 'ok', response })

/** Decimals as text, so that a reply can be compared as a whole. */
const readable = (reply: OrderReply): object =>
  reply.kind === 'filled'
    ? { ...reply, totalSize: toWire(reply.totalSize), averagePrice: toWire(reply.averagePrice) }
    : reply
const orders = (payload: unknown, count: number): object[] => parseOrderReplies(payload, count).map(readable)

describe('the answer to an order', () => {
  it.each<[string, unknown, object]>([
    ['resting', { resting: { oid: 88383 } }, { kind: 'resting', orderId: 88383 }],
    [
      'resting, with the client order id',
      { resting: { oid: 446_050_656_712, cloid: CLOID } },
      { kind: 'resting', orderId: 446_050_656_712, clientOrderId: CLOID },
    ],
    ['resting, with an id sent as text', { resting: { oid: '88383' } }, { kind: 'resting', orderId: 88383 }],
    ['resting, without a client order id', { resting: { oid: 1, cloid: null } }, { kind: 'resting', orderId: 1 }],
    [
      'filled',
      { filled: { totalSz: '0.02', avgPx: '1891.4', oid: 77747314 } },
      { kind: 'filled', orderId: 77747314, totalSize: '0.02', averagePrice: '1891.4' },
    ],
    [
      'filled, not canonical',
      { filled: { totalSz: '2.0', avgPx: '1891.40', oid: 7, cloid: CLOID } },
      { kind: 'filled', orderId: 7, totalSize: '2', averagePrice: '1891.4', clientOrderId: CLOID },
    ],
    [
      'filled, with numbers for text',
      { filled: { totalSz: 0.5, avgPx: 100, oid: 7 } },
      { kind: 'filled', orderId: 7, totalSize: '0.5', averagePrice: '100' },
    ],
    ['success, as post-only orders have had it (F-53)', 'success', { kind: 'accepted' }],
    ['a child waiting for its parent (W-04)', 'waitingForFill', { kind: 'accepted', waitingFor: 'fill' }],
    ['a child waiting for its trigger (W-04)', 'waitingForTrigger', { kind: 'accepted', waitingFor: 'trigger' }],
    ['an error', { error: 'Order has zero size.' }, { kind: 'error', message: 'Order has zero size.' }],
  ])('is understood: %s', (_, entry, reply) => {
    expect(orders(statuses(entry), 1)).toStrictEqual([reply])
  })

  it.each<[string, unknown]>([
    ['a word nobody knows', 'waitingForGodot'],
    ['a key nobody knows', { parked: { oid: 1 } }],
    ['resting without an id', { resting: {} }],
    ['resting with an id that is no whole number', { resting: { oid: 1.5 } }],
    ['resting with an id below zero', { resting: { oid: -1 } }],
    ['resting with an id JSON has rounded', { resting: { oid: 2 ** 53 } }],
    ['filled without an id', { filled: { totalSz: '1', avgPx: '1' } }],
    ['filled without a size', { filled: { avgPx: '1', oid: 1 } }],
    ['filled with nothing', { filled: { totalSz: '0.0', avgPx: '1', oid: 1 } }],
    ['filled with less than nothing', { filled: { totalSz: '-1', avgPx: '1', oid: 1 } }],
    ['filled with a price that is none', { filled: { totalSz: '1', avgPx: 'NaN', oid: 1 } }],
    ['an error without words', { error: { code: 5 } }],
    ['nothing', null],
    ['a number', 5],
    ['a list', [{ resting: { oid: 1 } }]],
    ['an empty object', {}],
  ])('is unknown, at its own index: %s', (_, entry) => {
    const replies = orders(statuses({ resting: { oid: 1 } }, entry, { resting: { oid: 3 } }), 3)
    expect(replies).toStrictEqual([
      { kind: 'resting', orderId: 1 },
      { kind: 'unknown', raw: entry },
      { kind: 'resting', orderId: 3 },
    ])
  })

  it('keeps every entry at its order: nothing is left out before it is matched (W-04)', () => {
    const bracket = statuses({ resting: { oid: 446_050_656_712 } }, 'waitingForFill', 'waitingForTrigger')
    expect(orders(bracket, 3).map((reply) => ('kind' in reply ? reply.kind : ''))).toStrictEqual([
      'resting',
      'accepted',
      'accepted',
    ])
  })

  it('spreads the one error of a refused batch over all of it (W-03)', () => {
    const message = 'Order price cannot be more than 80% away from the reference price'
    expect(orders(statuses({ error: message }), 3)).toStrictEqual(Array(3).fill({ kind: 'error', message }))
  })

  it('spreads the refusal of a whole action over all of it (W-01, W-02)', () => {
    const message = 'User or API Wallet 0x1234 does not exist.'
    expect(orders(err(message), 2)).toStrictEqual(Array(2).fill({ kind: 'error', message }))
  })

  it('takes a text where the answer belongs for a refusal, even under "ok"', () => {
    expect(orders(ok('Too many open orders'), 1)).toStrictEqual([{ kind: 'error', message: 'Too many open orders' }])
  })

  it.each<[string, unknown]>([
    ['no entries (W-05)', statuses()],
    ['too few entries', statuses({ resting: { oid: 1 } })],
    ['too many entries', statuses({ resting: { oid: 1 } }, { resting: { oid: 2 } }, { resting: { oid: 3 } })],
    ['several errors, of another count', statuses({ error: 'a' }, { error: 'b' }, { error: 'c' }, { error: 'd' })],
    ['one success for several', statuses('success')],
    ['a default answer', ok({ type: 'default' })],
    ['entries that are no list', ok({ type: 'order', data: { statuses: { 0: 'success' } } })],
    ['no data', ok({ type: 'order' })],
    ['an object under "err" (W-02)', err({ code: 5 })],
    ['nothing under "err"', err(undefined)],
    ['an unknown status', { status: 'maybe', response: { data: { statuses: ['success', 'success'] } } }],
    ['a text under an unknown status (W-02)', { status: 'maybe', response: 'later' }],
    ['no status', { response: { type: 'order', data: { statuses: ['success', 'success'] } } }],
    ['null', null],
    ['nothing', undefined],
    ['a list', [statuses('success')]],
    ['a number', 500],
    // Whether a status line is a refusal is for the transport to say: after a 5xx the orders may be alive.
    ['a bare text', '502 Bad Gateway'],
  ])('is unknown for every order: %s', (_, payload) => {
    expect(orders(payload, 2)).toStrictEqual(Array(2).fill({ kind: 'unknown', raw: payload }))
  })
})

describe('the answer to a cancel', () => {
  const gone = 'Order was never placed, already canceled, or filled. asset=110026'

  it('tells each cancel apart', () => {
    expect(parseCancelReplies(canceled('success', { error: gone }, 'gone', { resting: {} }), 4)).toStrictEqual([
      { kind: 'canceled' },
      { kind: 'error', message: gone },
      { kind: 'unknown', raw: 'gone' },
      { kind: 'unknown', raw: { resting: {} } },
    ])
  })

  it('spreads one error, or a refusal, over all of them', () => {
    expect(parseCancelReplies(canceled({ error: gone }), 2)).toStrictEqual(
      Array(2).fill({ kind: 'error', message: gone }),
    )
    expect(parseCancelReplies(err('no'), 2)).toStrictEqual(Array(2).fill({ kind: 'error', message: 'no' }))
  })

  it('is unknown for all of them when the count fits nothing', () => {
    const payload = canceled('success')
    expect(parseCancelReplies(payload, 2)).toStrictEqual(Array(2).fill({ kind: 'unknown', raw: payload }))
  })
})

describe('the answer to an action without entries', () => {
  it.each<[unknown, object]>([
    [ok({ type: 'default' }), { kind: 'ok' }],
    [err('Invalid leverage value'), { kind: 'error', message: 'Invalid leverage value' }],
    [ok('Invalid leverage value'), { kind: 'error', message: 'Invalid leverage value' }],
    ['503 Service Unavailable', { kind: 'unknown', raw: '503 Service Unavailable' }],
    [ok({ type: 'order', data: {} }), { kind: 'unknown', raw: ok({ type: 'order', data: {} }) }],
    [ok(null), { kind: 'unknown', raw: ok(null) }],
    [null, { kind: 'unknown', raw: null }],
  ])('%j', (payload, reply) => {
    expect(parseDefaultReply(payload)).toStrictEqual(reply)
  })
})

describe('any answer at all', () => {
  const ORDER_KINDS: readonly OrderReply['kind'][] = ['resting', 'filled', 'accepted', 'error', 'unknown']
  const CANCEL_KINDS: readonly CancelReply['kind'][] = ['canceled', 'error', 'unknown']

  it('gives exactly one entry for each order or cancel, and never an exception', () => {
    const wrapped = anyAnswer.chain((inner) =>
      fc.constantFrom(inner, statuses(inner), ok(inner), err(inner), ok({ type: 'order', data: { statuses: inner } })),
    )
    fc.assert(
      fc.property(wrapped, fc.nat({ max: 5 }), (payload, count) => {
        const replies = parseOrderReplies(payload, count)
        expect(replies).toHaveLength(count)
        for (const { kind } of replies) expect(ORDER_KINDS).toContain(kind)
        const cancels = parseCancelReplies(payload, count)
        expect(cancels).toHaveLength(count)
        for (const { kind } of cancels) expect(CANCEL_KINDS).toContain(kind)
        expect(['ok', 'error', 'unknown']).toContain(parseDefaultReply(payload).kind)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never moves an entry: what is known at an index is that entry’s', () => {
    const entry = fc.oneof(
      fc.nat().map((oid) => ({ resting: { oid } })),
      fc.nat().map((oid) => ({ filled: { oid, totalSz: '1', avgPx: '2' } })),
      fc.constantFrom('success', 'waitingForFill', 'novelty', null, { error: 'x' }, { other: 1 }),
    )
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        const alone = entries.map((item) => parseOrderReplies(statuses(item), 1)[0])
        expect(parseOrderReplies(statuses(...entries), entries.length)).toStrictEqual(alone)
      }),
    )
  })
})
