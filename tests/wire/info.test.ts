/** The questions to `/info`, and answers that are read in full or not at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toWire } from '../../src/model/decimal.js'
import {
  clearinghouseStateRequest,
  exchangeStatusRequest,
  metaRequest,
  openOrdersRequest,
  orderStatusRequest,
  parseClearinghouseState,
  parseExchangeTime,
  parseIsShared,
  parseMeta,
  parseOpenInterestCaps,
  parseOpenOrders,
  parseOrderStatus,
  parsePerpDexs,
  parseSpotBalances,
  parseUserFillsByTime,
  parseUserRateLimit,
  perpDexsRequest,
  userFillsByTimeRequest,
  userRateLimitRequest,
} from '../../src/wire/info.js'
import { recordedUniverse, TEST_ADDRESS } from '../helpers/fixtures.js'
import { anyAnswer } from '../helpers/near-json.js'

const CLOID = '0x0de3e244a8f44fc28a6b7bc852d66d19'

describe('a question', () => {
  it('about fills names the account and a time, and no dex: they are of all dexes', () => {
    expect(userFillsByTimeRequest(TEST_ADDRESS, 1_700)).toStrictEqual({
      type: 'userFillsByTime',
      user: TEST_ADDRESS,
      startTime: 1_700,
    })
  })

  it('names the dex, and the validator dex by saying nothing (F-40)', () => {
    expect(metaRequest('xyz')).toStrictEqual({ type: 'meta', dex: 'xyz' })
    expect(metaRequest('')).toStrictEqual({ type: 'meta' })
    expect(clearinghouseStateRequest(TEST_ADDRESS, 'xyz')).toStrictEqual({
      type: 'clearinghouseState',
      user: TEST_ADDRESS,
      dex: 'xyz',
    })
    expect(clearinghouseStateRequest(TEST_ADDRESS, '')).toStrictEqual({
      type: 'clearinghouseState',
      user: TEST_ADDRESS,
    })
    expect(openOrdersRequest(TEST_ADDRESS, 'flx')).toStrictEqual({
      type: 'frontendOpenOrders',
      user: TEST_ADDRESS,
      dex: 'flx',
    })
    expect(orderStatusRequest(TEST_ADDRESS, CLOID)).toStrictEqual({
      type: 'orderStatus',
      user: TEST_ADDRESS,
      oid: CLOID,
    })
    expect([perpDexsRequest(), exchangeStatusRequest()]).toStrictEqual([
      { type: 'perpDexs' },
      { type: 'exchangeStatus' },
    ])
  })
})

describe('perpDexs', () => {
  it('counts the leading null as the validator dex', () => {
    expect(parsePerpDexs(recordedUniverse.perpDexs)).toStrictEqual(['', 'xyz', 'flx', 'vntl', 'hyna'])
    expect(parsePerpDexs([null])).toStrictEqual([''])
  })

  it('counts a null further on as a place without a dex, which moves nothing behind it (F-31)', () => {
    expect(parsePerpDexs([null, null, { name: 'xyz' }])).toStrictEqual(['', null, 'xyz'])
  })

  it.each<[string, unknown]>([
    ['no leading null: every id would be another market’s', [{ name: 'xyz' }, { name: 'flx' }]],
    ['a dex without a name', [null, { fullName: 'XYZ' }]],
    ['a dex with an empty name', [null, { name: '' }]],
    ['a text for a dex', [null, 'xyz']],
    ['nothing in it', []],
    ['no list', { 0: null }],
    ['null', null],
  ])('is unreadable with %s', (_, answer) => {
    expect(parsePerpDexs(answer)).toBeUndefined()
  })
})

describe('meta', () => {
  const ASSET = { name: 'xyz:NVDA', szDecimals: 3, maxLeverage: 10 }
  const meta = (...universe: unknown[]): unknown => ({ universe, collateralToken: 0 })

  it.each([
    [{}, 'cross'],
    [{ onlyIsolated: true }, 'noCross'],
    [{ onlyIsolated: null, marginMode: null }, 'cross'],
    [{ onlyIsolated: true, marginMode: 'noCross' }, 'noCross'],
    [{ marginMode: 'noCross' }, 'noCross'],
    [{ onlyIsolated: true, marginMode: 'strictIsolated' }, 'strictIsolated'],
    [{ marginMode: 'strictIsolated' }, 'strictIsolated'],
  ])('%j is margin mode %s', (fields, marginMode) => {
    expect(parseMeta(meta({ ...ASSET, ...fields }))?.universe).toStrictEqual([
      { ...ASSET, marginMode, isDelisted: false },
    ])
  })

  it('keeps delisted slots in their place', () => {
    const parsed = parseMeta(
      meta(ASSET, { ...ASSET, name: 'xyz:COST', isDelisted: true }, { ...ASSET, name: 'xyz:MU' }),
    )
    expect(parsed?.universe.map(({ name, isDelisted }) => [name, isDelisted])).toStrictEqual([
      ['xyz:NVDA', false],
      ['xyz:COST', true],
      ['xyz:MU', false],
    ])
  })

  it('reads the collateral, and guesses none where it is not said (W-34)', () => {
    expect(parseMeta({ universe: [], collateralToken: 360 })?.collateralToken).toBe(360)
    expect(parseMeta({ universe: [] })).toBeUndefined()
    expect(parseMeta({ universe: [], collateralToken: 'USDH' })).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['no name', { szDecimals: 3, maxLeverage: 10 }],
    ['no szDecimals (no default is guessed, W-34)', { name: 'xyz:NVDA', maxLeverage: 10 }],
    ['szDecimals below zero', { ...ASSET, szDecimals: -1 }],
    ['szDecimals above eight', { ...ASSET, szDecimals: 9 }],
    ['szDecimals that are no whole number', { ...ASSET, szDecimals: 2.5 }],
    ['no leverage', { name: 'xyz:NVDA', szDecimals: 3 }],
    ['null', null],
    ['a text', 'xyz:NVDA'],
  ])('is unreadable as a whole with an asset of %s', (_, asset) => {
    expect(parseMeta(meta(ASSET, asset, ASSET))).toBeUndefined()
  })

  it.each([null, [], 'meta', {}, { universe: {} }])('is unreadable: %j', (answer) => {
    expect(parseMeta(answer)).toBeUndefined()
  })
})

describe('exchangeStatus', () => {
  it('tells the venue’s time, as a number or as text', () => {
    expect(parseExchangeTime({ time: 1_769_339_470_576, specialStatuses: null })).toBe(1_769_339_470_576)
    expect(parseExchangeTime({ time: '1769339470576' })).toBe(1_769_339_470_576)
  })

  it.each([null, 5, {}, { time: null }, { time: 1.5 }, { time: -1 }, { time: 'soon' }])(
    'is unreadable: %j',
    (answer) => {
      expect(parseExchangeTime(answer)).toBeUndefined()
    },
  )
})

describe('userRateLimit', () => {
  const answer = { cumVlm: '2854574.593578', nRequestsUsed: 2890, nRequestsCap: 2864574, nRequestsSurplus: 0 }

  it('tells what of the actions is used, and what was bought as less than nothing', () => {
    expect(userRateLimitRequest(TEST_ADDRESS)).toStrictEqual({ type: 'userRateLimit', user: TEST_ADDRESS })
    const read = parseUserRateLimit(answer)
    expect(read).toMatchObject({ used: 2_890, limit: 2_864_574 })
    expect(read?.volume.toFixed()).toBe('2854574.593578')
    expect(parseUserRateLimit({ ...answer, nRequestsUsed: 0, nRequestsSurplus: 70 })).toMatchObject({ used: -70 })
  })

  it.each([
    [null],
    [{}],
    [{ ...answer, nRequestsUsed: -1 }],
    [{ ...answer, nRequestsCap: 'many' }],
    [{ ...answer, cumVlm: 'NaN' }],
    [{ ...answer, nRequestsSurplus: 1.5 }],
  ])('is not guessed from %j', (given) => {
    expect(parseUserRateLimit(given)).toBeUndefined()
  })
})

describe('clearinghouseState', () => {
  const state = (...positions: unknown[]): unknown => ({
    assetPositions: positions.map((position) => ({ type: 'oneWay', position })),
    marginSummary: { accountValue: '100.0' },
    time: 1_769_339_470_576,
  })
  const read = (answer: unknown): unknown => {
    const parsed = parseClearinghouseState(answer)
    return parsed?.positions.map(({ market, size, entryPrice }) => [market, toWire(size), toWire(entryPrice)])
  }

  it('reads positions, and leaves out those that are none', () => {
    expect(
      read(
        state(
          { coin: 'xyz:NVDA', szi: '-0.250', entryPx: '176.20' },
          { coin: 'xyz:TSLA', szi: '0.0', entryPx: null },
          { coin: 'BTC', szi: 0.5, entryPx: 66_344 },
        ),
      ),
    ).toStrictEqual([
      ['xyz:NVDA', '-0.25', '176.2'],
      ['BTC', '0.5', '66344'],
    ])
    expect(parseClearinghouseState(state())).toMatchObject({ positions: [], time: 1_769_339_470_576 })
  })

  it('tells what the account is worth on the dex, and what its positions have won or lost', () => {
    const position = { coin: 'BTC', szi: '1', entryPx: '1', unrealizedPnl: '-3.5' }
    const both = parseClearinghouseState(state(position, { ...position, unrealizedPnl: '1.25' }))
    expect([both?.accountValue, both?.unrealisedPnl].map(String)).toEqual(['100', '-2.25'])
    expect(String(parseClearinghouseState(state())?.unrealisedPnl)).toBe('0')
  })

  it('without what it is worth is read all the same, and worth nothing known (F-39)', () => {
    const position = { coin: 'BTC', szi: '1', entryPx: '1' }
    const read = parseClearinghouseState({ assetPositions: [{ position }], time: 1 })
    expect(read).toMatchObject({ accountValue: undefined, unrealisedPnl: undefined, positions: [{ market: 'BTC' }] })
  })

  it.each<[string, unknown]>([
    ['a position without a market', state({ szi: '1', entryPx: '1' })],
    ['a position without a size', state({ coin: 'BTC', entryPx: '1' })],
    ['a size that is no number', state({ coin: 'BTC', szi: 'flat', entryPx: '1' })],
    ['a position without an entry price', state({ coin: 'BTC', szi: '1', entryPx: null })],
    ['a position that is none', state(null)],
    ['an entry that is none', { assetPositions: [null], time: 1 }],
    ['no list of positions', { time: 1 }],
    ['no time', { assetPositions: [] }],
    ['null', null],
  ])('is unreadable as a whole with %s: half a list looks like being flat', (_, answer) => {
    expect(parseClearinghouseState(answer)).toBeUndefined()
  })
})

describe('userAbstraction', () => {
  it.each([
    ['unifiedAccount', true],
    ['portfolioMargin', true],
    ['disabled', false],
    ['default', false],
    [null, undefined],
    [{ mode: 'unifiedAccount' }, undefined],
  ])('%j: whether the balance is shared is %s', (answer, expected) => {
    expect(parseIsShared(answer)).toBe(expected)
  })
})

describe('spotClearinghouseState', () => {
  it('tells the balances by token', () => {
    const read = parseSpotBalances({ balances: [{ coin: 'USDC', token: 0, total: '12.5', hold: '1' }] })
    expect([...(read ?? [])].map(([token, total]) => [token, total.toFixed()])).toEqual([[0, '12.5']])
    expect(parseSpotBalances({ balances: [] })?.size).toBe(0)
  })

  it.each([[null], [{}], [{ balances: [{ token: 0 }] }], [{ balances: [{ token: 0, total: 'much' }] }]])(
    'is not guessed from %j',
    (answer) => {
      expect(parseSpotBalances(answer)).toBeUndefined()
    },
  )
})

describe('caps on open interest', () => {
  it('stand in the list of dexes, and what cannot be read is left out', () => {
    const caps = parseOpenInterestCaps([
      null,
      { name: 'xyz', assetToStreamingOiCap: [['xyz:NVDA', '100000.0'], ['xyz:TSLA', 'none'], ['xyz:GOLD', '0'], 'x'] },
      { name: 'flx' },
    ])
    expect([...caps].map(([name, cap]) => [name, cap.toFixed()])).toEqual([['xyz:NVDA', '100000']])
    expect(parseOpenInterestCaps(null).size).toBe(0)
    const recorded = parseOpenInterestCaps(recordedUniverse.perpDexs)
    expect(recorded.size).toBeGreaterThan(10)
  })
})

describe('open orders', () => {
  const ORDER = {
    coin: 'xyz:TSLA',
    side: 'A',
    limitPx: '450.10',
    sz: '0.5',
    oid: 446_050_656_712,
    timestamp: 1_724_361_546_645,
    origSz: '1.0',
    reduceOnly: true,
    orderType: 'Limit',
    tif: 'Gtc',
    cloid: CLOID,
    children: [],
  }
  const read = (answer: unknown): unknown =>
    parseOpenOrders(answer)?.map(({ limitPrice, remainingSize, originalSize, ...rest }) => ({
      ...rest,
      sizes: [limitPrice, remainingSize, originalSize].map(toWire),
    }))
  const READ = {
    market: 'xyz:TSLA',
    side: 'sell',
    orderId: 446_050_656_712,
    clientOrderId: CLOID,
    reduceOnly: true,
    placedAt: 1_724_361_546_645,
    sizes: ['450.1', '0.5', '1'],
  }

  it('reads the long form and the short one', () => {
    expect(read([ORDER])).toStrictEqual([READ])
    const { reduceOnly, orderType, tif, cloid, children, ...short } = ORDER
    expect(read([short])).toStrictEqual([{ ...READ, clientOrderId: undefined, reduceOnly: false }])
    expect(read([{ ...ORDER, cloid: null }])).toStrictEqual([{ ...READ, clientOrderId: undefined }])
    expect(read([])).toStrictEqual([])
  })

  it.each<[string, unknown]>([
    ...(['coin', 'side', 'oid', 'limitPx', 'sz', 'origSz'] as const).map((key): [string, unknown] => [
      `an order without ${key}`,
      [ORDER, { ...ORDER, [key]: undefined }],
    ]),
    ['an order that is none', [ORDER, null]],
    ['an object', { 0: ORDER }],
    ['null', null],
  ])('is unreadable as a whole with %s', (_, answer) => {
    expect(parseOpenOrders(answer)).toBeUndefined()
  })
})

describe('orderStatus', () => {
  const found = (order: unknown, status: unknown = 'filled'): unknown => ({
    status: 'order',
    order: { order, status, statusTimestamp: 1_724_361_546_645 },
  })
  const ORDER = {
    ...{ coin: 'xyz:TSLA', side: 'A', limitPx: '450.1', sz: '0.0', oid: 1, timestamp: 1_724_361_546_000 },
    ...{ isTrigger: false, reduceOnly: true, origSz: '0.0076', tif: 'FrontendMarket', cloid: CLOID },
  }

  it('finds an order, in whatever status, refused ones too', () => {
    for (const status of ['open', 'filled', 'canceled', 'tickRejected', 'novelty']) {
      const answer = parseOrderStatus(found(ORDER, status))
      const order = answer?.found === 'absent' ? undefined : answer?.found
      expect(order).toMatchObject({ market: 'xyz:TSLA', side: 'sell', orderId: 1, clientOrderId: CLOID, status })
      expect(order?.statusAt).toBe(1_724_361_546_645)
    }
  })

  it('does not find it, which is not the same as an answer nobody can read', () => {
    expect(parseOrderStatus({ status: 'unknownOid' })).toStrictEqual({ found: 'absent' })
    for (const answer of [
      null,
      {},
      'unknownOid',
      { status: 'order' },
      { status: 'missing' },
      { status: 'novelty', order: { order: ORDER, status: 'filled' } },
      found({}),
      found(ORDER, 5),
      [],
    ]) {
      expect(parseOrderStatus(answer)).toBeUndefined()
    }
  })
})

describe('any answer at all', () => {
  it('is read in full or not, and never an exception', () => {
    fc.assert(
      fc.property(anyAnswer, (part) => {
        for (const answer of [
          part,
          [part],
          [null, part],
          { universe: part },
          { universe: [part] },
          { time: part },
          { cumVlm: part },
        ]) {
          parsePerpDexs(answer)
          parseMeta(answer)
          parseExchangeTime(answer)
          parseOpenOrders(answer)
          parseOrderStatus(answer)
          parseOrderStatus({ status: 'order', order: answer })
          parseUserRateLimit(answer)
          parseOpenInterestCaps(answer)
          parseSpotBalances({ balances: answer })
          parseIsShared(answer)
        }
        for (const assetPositions of [part, [part], [{ position: part }]]) {
          parseClearinghouseState({ assetPositions, time: 1 })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a list of fills', () => {
  const fill = { coin: 'xyz:NVDA', px: '170', sz: '1', side: 'B', time: 1, oid: 2, tid: 3 }

  it('keeps what can be read, and counts what cannot', () => {
    const read = parseUserFillsByTime([fill, { ...fill, px: 'many' }, { ...fill, tid: 4 }])
    expect([read?.items.map(({ tradeId }) => tradeId), read?.malformed]).toEqual([[3, 4], 1])
  })

  it.each([[{}], ['error'], [null], [undefined]])('is none when it is %j', (answer) => {
    expect(parseUserFillsByTime(answer)).toBeUndefined()
  })
})
