/** Every shape of the feeds an executor listens to, and everything else skipped and counted. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decimal } from '../../src/model/decimal.js'
import { toWire } from '../../src/model/decimal.js'
import { parseActiveAssetCtx, parseBbo, parseFill, parseOrderUpdates, parseUserFills } from '../../src/wire/feeds.js'
import { anyAnswer } from '../helpers/near-json.js'

const CLOID = '0x0de3e244a8f44fc28a6b7bc852d66d19'

/** Decimals as text and unset fields left out, so that a reading can be compared as a whole. */
function readable(value: object): object {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.map(([key, field]) => [
      key,
      typeof field === 'object' && 'toFixed' in field ? toWire(field as Decimal) : field,
    ]),
  )
}

const UPDATE = {
  order: {
    coin: 'xyz:SILVER',
    side: 'B',
    limitPx: '93.1',
    sz: '0.2',
    oid: 287_286_372_177,
    timestamp: 1_767_651_180_000,
    origSz: '0.5',
    cloid: CLOID,
    reduceOnly: true,
  },
  status: 'open',
  statusTimestamp: 1_767_651_180_109,
}
const READ_UPDATE = {
  market: 'xyz:SILVER',
  side: 'buy',
  orderId: 287_286_372_177,
  clientOrderId: CLOID,
  limitPrice: '93.1',
  remainingSize: '0.2',
  originalSize: '0.5',
  reduceOnly: true,
  status: 'open',
  statusAt: 1_767_651_180_109,
}

const FILL = {
  coin: 'BTC',
  px: '66653.0',
  sz: '0.001',
  side: 'A',
  time: 1_781_528_065_899,
  startPosition: '-0.0213',
  dir: 'Open Short',
  closedPnl: '-1.50',
  hash: '0xe29f',
  oid: 55_030_848_197,
  crossed: true,
  fee: '-0.009997',
  tid: 745_210_434_703_679,
  cloid: CLOID,
  feeToken: ' USDC',
  twapId: null,
}
const READ_FILL = {
  market: 'BTC',
  side: 'sell',
  price: '66653',
  size: '0.001',
  time: 1_781_528_065_899,
  orderId: 55_030_848_197,
  clientOrderId: CLOID,
  tradeId: 745_210_434_703_679,
  startPosition: '-0.0213',
  closedPnl: '-1.5',
  fee: '-0.009997',
  crossed: true,
}

const without = (value: object, ...keys: string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))

describe('orderUpdates', () => {
  const read = (data: unknown): { items: object[]; malformed: number } => {
    const { items, malformed } = parseOrderUpdates(data)
    return { items: items.map(readable), malformed }
  }
  const withOrder = (change: object): object => ({ ...UPDATE, order: { ...UPDATE.order, ...change } })

  it.each<[string, unknown, object]>([
    ['a list', [UPDATE], READ_UPDATE],
    ['one object (F-33)', UPDATE, READ_UPDATE],
    ['px for limitPx (F-33)', [{ ...UPDATE, order: { ...without(UPDATE.order, 'limitPx'), px: '93.1' } }], READ_UPDATE],
    [
      'no statusTimestamp (F-33)',
      [without(UPDATE, 'statusTimestamp')],
      { ...READ_UPDATE, statusAt: 1_767_651_180_000 },
    ],
    [
      'no time at all (F-33)',
      [{ status: 'open', order: without(UPDATE.order, 'timestamp') }],
      { ...READ_UPDATE, statusAt: 0 },
    ],
    [
      'no client order id and no flag',
      [{ ...UPDATE, order: without(UPDATE.order, 'cloid', 'reduceOnly') }],
      without(READ_UPDATE, 'clientOrderId', 'reduceOnly'),
    ],
    ['a client order id of null', [withOrder({ cloid: null })], without(READ_UPDATE, 'clientOrderId')],
    ['numbers for text', [withOrder({ limitPx: 93.1, sz: 0.2, origSz: 0.5 })], READ_UPDATE],
    ['text for numbers', [{ ...withOrder({ oid: '287286372177' }), statusTimestamp: '1767651180109' }], READ_UPDATE],
    ['a sell', [withOrder({ side: 'A' })], { ...READ_UPDATE, side: 'sell' }],
    ['a status nobody knows', [{ ...UPDATE, status: 'parked' }], { ...READ_UPDATE, status: 'parked' }],
    ['a field nobody knows', [{ ...UPDATE, novelty: 1 }], READ_UPDATE],
  ])('is read: %s', (_, data, update) => {
    expect(read(data)).toStrictEqual({ items: [update], malformed: 0 })
  })

  it.each<[string, unknown]>([
    ['no order', without(UPDATE, 'order')],
    ['an order that is none', { ...UPDATE, order: [UPDATE.order] }],
    ['no status', without(UPDATE, 'status')],
    ['no market', { ...UPDATE, order: without(UPDATE.order, 'coin') }],
    ['no side', { ...UPDATE, order: without(UPDATE.order, 'side') }],
    ['a side nobody knows', withOrder({ side: 'buy' })],
    ['no id', { ...UPDATE, order: without(UPDATE.order, 'oid') }],
    ['an id that is no whole number', withOrder({ oid: 1.5 })],
    ['no remaining size', { ...UPDATE, order: without(UPDATE.order, 'sz') }],
    ['no original size', { ...UPDATE, order: without(UPDATE.order, 'origSz') }],
    ['a size that is no number', withOrder({ sz: 'all of it' })],
    ['null', null],
    ['a text', 'open'],
  ])('skips and counts one with %s, and reads the others', (_, bad) => {
    expect(read([UPDATE, bad, UPDATE])).toStrictEqual({ items: [READ_UPDATE, READ_UPDATE], malformed: 1 })
  })

  it('reads an empty list as no updates, and nothing as one malformed', () => {
    expect(read([])).toStrictEqual({ items: [], malformed: 0 })
    expect(read(undefined)).toStrictEqual({ items: [], malformed: 1 })
  })
})

describe('userFills', () => {
  const read = (data: unknown): object => {
    const { items, ...rest } = parseUserFills(data)
    return { items: items.map(readable), ...rest }
  }

  it.each<[string, object, object]>([
    ['whole', FILL, READ_FILL],
    ['without a client order id', without(FILL, 'cloid'), without(READ_FILL, 'clientOrderId')],
    ['without a start position', without(FILL, 'startPosition'), without(READ_FILL, 'startPosition')],
    ['without profit and fee', without(FILL, 'closedPnl', 'fee'), { ...READ_FILL, closedPnl: '0', fee: '0' }],
    ['a maker’s', { ...FILL, crossed: false }, { ...READ_FILL, crossed: false }],
    ['with numbers for text', { ...FILL, px: 66_653, sz: 0.001, fee: -0.009997 }, READ_FILL],
    [
      'with text for numbers',
      { ...FILL, oid: '55030848197', tid: '745210434703679', time: '1781528065899' },
      READ_FILL,
    ],
  ])('reads a fill %s', (_, fill, expected) => {
    expect(read({ user: '0x', fills: [fill] })).toStrictEqual({ items: [expected], malformed: 0, isSnapshot: false })
    const alone = parseFill(fill)
    expect(alone && readable(alone)).toStrictEqual(expected)
  })

  it('tells a snapshot from news, and takes a missing flag for news (F-34)', () => {
    expect(parseUserFills({ fills: [FILL], isSnapshot: true }).isSnapshot).toBe(true)
    expect(parseUserFills({ fills: [FILL], isSnapshot: false }).isSnapshot).toBe(false)
    expect(parseUserFills({ fills: [FILL] }).isSnapshot).toBe(false)
  })

  it.each<[string, readonly (readonly [time: number, tid: number])[], readonly number[]]>([
    [
      'as they come',
      [
        [1, 1],
        [2, 2],
        [2, 3],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ],
    [
      'a snapshot, which has the newest first, turned around',
      [
        [3, 4],
        [2, 3],
        [2, 2],
        [1, 1],
      ],
      [1, 2, 3, 4],
    ],
    [
      'sorted when they are mixed',
      [
        [1, 1],
        [3, 4],
        [2, 2],
        [2, 3],
      ],
      [1, 2, 3, 4],
    ],
  ])('are handed out oldest first: %s', (_, listed, tradeIds) => {
    const fills = listed.map(([time, tid]) => ({ ...FILL, time, tid }))
    expect(parseUserFills({ fills }).items.map(({ tradeId }) => tradeId)).toEqual(tradeIds)
  })

  it.each<[string, unknown]>([
    ...['coin', 'side', 'px', 'sz', 'time', 'oid', 'tid'].map((key): [string, unknown] => [
      `no ${key}`,
      without(FILL, key),
    ]),
    ['a price of zero', { ...FILL, px: '0.0' }],
    ['a size below zero', { ...FILL, sz: '-1' }],
    ['a size of nothing', { ...FILL, sz: '' }],
    ['null', null],
    ['a text', 'fill'],
  ])('skips and counts one with %s: the other fills are real money', (_, bad) => {
    expect(read({ fills: [FILL, bad, FILL] })).toStrictEqual({
      items: [READ_FILL, READ_FILL],
      malformed: 1,
      isSnapshot: false,
    })
  })

  it.each<[string, unknown]>([
    ['without fills (F-34)', { user: '0x' }],
    ['whose fills are no list', { fills: { 0: FILL } }],
    ['that is a list (F-34)', [FILL]],
    ['of null', null],
    ['of text', 'fills'],
  ])('counts a frame %s as malformed, not as quiet', (_, data) => {
    expect(read(data)).toStrictEqual({ items: [], malformed: 1, isSnapshot: false })
  })
})

describe('activeAssetCtx', () => {
  const CTX = {
    funding: '0.0',
    openInterest: '4643.1',
    oraclePx: '176.16',
    markPx: '176.19',
    midPx: '176.2',
    premium: null,
  }
  const read = (data: unknown): object | undefined => {
    const context = parseActiveAssetCtx(data)
    return context && readable(context)
  }
  const READ = {
    market: 'xyz:NVDA',
    markPrice: '176.19',
    oraclePrice: '176.16',
    midPrice: '176.2',
    openInterest: '4643.1',
  }

  it('is read, with numbers or text', () => {
    expect(read({ coin: 'xyz:NVDA', ctx: CTX })).toStrictEqual(READ)
    expect(read({ coin: 'xyz:NVDA', ctx: { ...CTX, markPx: 176.19 } })).toStrictEqual(READ)
  })

  it('may have no mid and no oracle: a market without a book has none', () => {
    expect(read({ coin: 'xyz:NVDA', ctx: { ...CTX, midPx: null, oraclePx: undefined } })).toStrictEqual({
      market: 'xyz:NVDA',
      markPrice: '176.19',
      openInterest: '4643.1',
    })
    expect(read({ coin: 'xyz:NVDA', ctx: { ...CTX, midPx: '0.0' } })).toStrictEqual(without(READ, 'midPrice'))
  })

  it.each<[string, unknown]>([
    ['no market', { ctx: CTX }],
    ['no context', { coin: 'xyz:NVDA' }],
    ['no mark', { coin: 'xyz:NVDA', ctx: without(CTX, 'markPx') }],
    ['a mark of zero', { coin: 'xyz:NVDA', ctx: { ...CTX, markPx: '0' } }],
    ['a mark below zero', { coin: 'xyz:NVDA', ctx: { ...CTX, markPx: '-1' } }],
    ['a mark that is no number', { coin: 'xyz:NVDA', ctx: { ...CTX, markPx: 'NaN' } }],
    ['a mark no market has', { coin: 'xyz:NVDA', ctx: { ...CTX, markPx: '1000000000000' } }],
    ['null', null],
  ])('is undefined with %s: a price is never guessed', (_, data) => {
    expect(read(data)).toBeUndefined()
  })
})

describe('bbo', () => {
  const LEVEL = { px: '176.1', sz: '3.2', n: 2 }
  const BBO = { coin: 'xyz:NVDA', time: 1_767_651_180_109, bbo: [LEVEL, { ...LEVEL, px: '176.3' }] }
  const read = (data: unknown): object | undefined => {
    const prices = parseBbo(data)
    return prices && readable(prices)
  }
  const READ = { market: 'xyz:NVDA', time: 1_767_651_180_109, bid: '176.1', ask: '176.3' }

  it('is read, and a side that the venue says is empty is none', () => {
    expect(read(BBO)).toStrictEqual(READ)
    expect(read({ ...BBO, bbo: [null, { px: 176.3 }] })).toStrictEqual(without(READ, 'bid'))
    expect(read({ ...BBO, bbo: [LEVEL, null] })).toStrictEqual(without(READ, 'ask'))
    expect(read({ ...BBO, bbo: [null, null] })).toStrictEqual({ market: 'xyz:NVDA', time: READ.time })
  })

  it.each<[string, unknown]>([
    ['no market', without(BBO, 'coin')],
    ['no time', without(BBO, 'time')],
    ['a time that is none', { ...BBO, time: -1 }],
    ['no sides', without(BBO, 'bbo')],
    ['one side', { ...BBO, bbo: [LEVEL] }],
    ['three sides', { ...BBO, bbo: [LEVEL, LEVEL, LEVEL] }],
    ['a price of zero', { ...BBO, bbo: [{ ...LEVEL, px: '0' }, LEVEL] }],
    ['a price below zero', { ...BBO, bbo: [LEVEL, { ...LEVEL, px: '-1' }] }],
    ['a price that is no number', { ...BBO, bbo: [LEVEL, { ...LEVEL, px: 'NaN' }] }],
    ['a price no market has', { ...BBO, bbo: [LEVEL, { ...LEVEL, px: '9'.repeat(13) }] }],
    ['a side that is neither a level nor empty', { ...BBO, bbo: [LEVEL, undefined] }],
    ['null', null],
  ])('is undefined with %s: it is neither a price nor the lack of one', (_, data) => {
    expect(read(data)).toBeUndefined()
  })
})

describe('any frame at all', () => {
  it('is read without an exception, and every element is read or counted', () => {
    fc.assert(
      fc.property(anyAnswer, (data) => {
        const updates = parseOrderUpdates(data)
        expect(updates.items.length + updates.malformed).toBe(Array.isArray(data) ? data.length : 1)
        for (const list of [data, [data, UPDATE], { fills: data }, { fills: [data, FILL] }, { ctx: data, coin: 'x' }]) {
          parseOrderUpdates(list)
          parseUserFills(list)
          parseActiveAssetCtx(list)
          parseBbo(list)
          parseBbo({ coin: 'x', time: 1, bbo: [list, null] })
        }
        expect(parseUserFills({ fills: [data, FILL] }).items.at(-1)?.tradeId).toBe(FILL.tid)
      }),
      { numRuns: 2_000 },
    )
  })
})
