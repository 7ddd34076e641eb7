import { beforeEach, describe, expect, it } from 'vitest'
import { AGENT, type Bench, CLOID, createBench, NVDA, OTHER, orderAction, orderWire, USER } from './helpers.js'

let bench: Bench
const NAME = 'xyz:NVDA'

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({
      bids: [
        ['175.9', '5'],
        ['175.5', '100'],
      ],
      asks: [
        ['176.1', '5'],
        ['176.5', '100'],
      ],
    })
})

const statusOf = (cloid: string): unknown =>
  (bench.info({ type: 'orderStatus', user: USER, oid: cloid }) as { status: unknown; order?: { status: unknown } })
    .order?.status

describe('an order', () => {
  it('takes the better price first and reports the average', () => {
    expect(bench.order({ p: '176.5', s: '10', tif: 'Ioc', c: CLOID })).toEqual([
      { filled: { totalSz: '10.0', avgPx: '176.3', oid: expect.any(Number), cloid: CLOID } },
    ])
    expect(bench.exchange.record.fills.map(({ price, size, isTaker }) => [price, size, isTaker])).toEqual([
      ['176.1', '5', true],
      ['176.5', '5', true],
    ])
    expect(bench.exchange.record.position(USER, NAME)).toMatchObject({ size: '10', entryPrice: '176.3' })
  })

  it('has an id above 2^32', () => {
    const [{ resting }] = bench.order({ p: '175', s: '1' }) as [{ resting: { oid: number } }]
    expect(resting.oid).toBeGreaterThan(2 ** 32)
  })

  it('that is Ioc keeps what it could get and cancels the rest', () => {
    expect(bench.order({ p: '176.1', s: '8', tif: 'Ioc', c: CLOID })).toEqual([
      { filled: { totalSz: '5.0', avgPx: '176.1', oid: expect.any(Number), cloid: CLOID } },
    ])
    expect(statusOf(CLOID)).toBe('canceled')
    expect(bench.exchange.account(USER).openOrders()).toEqual([])
  })

  it('that is Gtc rests with what is left', () => {
    expect(bench.order({ p: '176.1', s: '8', c: CLOID })).toEqual([
      { resting: { oid: expect.any(Number), cloid: CLOID } },
    ])
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ remaining: '3', filled: '5', status: 'open' }])
    expect(bench.exchange.market(NAME).bestBid()).toBe('176.1')
  })

  it('that came first at a price is filled first', () => {
    bench.order({ p: '176', s: '2', c: CLOID })
    bench.orderAs(OTHER, { p: '176', s: '2' })
    bench.exchange.market(NAME).take('sell', '176', '3')
    expect(statusOf(CLOID)).toBe('filled')
    expect(bench.exchange.account(OTHER).openOrders()).toMatchObject([{ remaining: '1' }])
    expect(bench.exchange.record.fills.map(({ account, size }) => [account, size])).toEqual([
      [USER, '2'],
      [OTHER, '1'],
    ])
  })

  it('of one client trades with that of another, and both legs carry the same trade id', () => {
    bench.order({ p: '176', s: '2' })
    bench.orderAs(OTHER, { b: false, p: '176', s: '2', tif: 'Ioc' })
    const { fills } = bench.exchange.record
    expect(fills.map(({ side, isTaker }) => [side, isTaker])).toEqual([
      ['sell', true],
      ['buy', false],
    ])
    expect(fills[0]?.tradeId).toBe(fills[1]?.tradeId)
    expect(fills[0]?.tradeId).toBeLessThan(2 ** 50)
  })

  it('meeting one of its own account cancels the resting one and goes on', () => {
    bench.order({ b: false, p: '176', s: '2', c: CLOID })
    expect(bench.order({ p: '176.1', s: '2', tif: 'Ioc' })).toMatchObject([
      { filled: { totalSz: '2.0', avgPx: '176.1' } },
    ])
    expect(statusOf(CLOID)).toBe('selfTradeCanceled')
  })

  it('crossed by a moving book is filled at its own price', () => {
    bench.order({ p: '176', s: '2', c: CLOID })
    bench.exchange.market(NAME).setBook({ bids: [['174', '1']], asks: [['175', '10']] })
    expect(statusOf(CLOID)).toBe('filled')
    expect(bench.exchange.record.fills).toMatchObject([{ price: '176', size: '2', isTaker: false }])
  })
})

describe('a refused order', () => {
  const cases: [what: string, order: Parameters<typeof orderWire>[0], error: string, status: string][] = [
    [
      'off the price grid',
      { p: '176.123', s: '1' },
      'Price must be divisible by tick size. asset=110002',
      'tickRejected',
    ],
    [
      'worth less than ten',
      { p: '176', s: '0.056' },
      'Order must have minimum value of $10. asset=110002',
      'minTradeNtlRejected',
    ],
    [
      'post-only that would match',
      { p: '176.2', s: '1', tif: 'Alo' },
      'Post only order would have immediately matched, bbo was 175.9@176.1. asset=110002',
      'badAloPxRejected',
    ],
    [
      'immediate that matches nothing',
      { p: '176', s: '1', tif: 'Ioc' },
      'Order could not immediately match against any resting orders. asset=110002',
      'iocCancelRejected',
    ],
    [
      'market without liquidity',
      { p: '176', s: '1', tif: 'FrontendMarket' },
      'No liquidity available for market order. asset=110002',
      'marketOrderNoLiquidityRejected',
    ],
    [
      'reduce-only without a position',
      { p: '176', s: '1', r: true },
      'Reduce only order would increase position. asset=110002',
      'reduceOnlyRejected',
    ],
    [
      'beyond the margin',
      { p: '175', s: '9000' },
      'Insufficient margin to place order. asset=110002',
      'perpMarginRejected',
    ],
    ['on a delisted market', { a: 110_020, p: '980', s: '1' }, 'Trading is halted. asset=110020', 'rejected'],
  ]
  it.each(cases)('%s is told so in the venue’s words', (_what, order, error, status) => {
    expect(bench.order({ ...order, c: CLOID })).toEqual([{ error }])
    expect(statusOf(CLOID)).toBe(status)
  })

  it('does not stop the others of its batch', () => {
    expect(bench.order({ p: '175', s: '1' }, { p: '176.123', s: '1' }, { p: '175', s: '2' })).toMatchObject([
      { resting: {} },
      { error: expect.stringContaining('tick size') },
      { resting: {} },
    ])
  })
})

describe('a batch that fails before any order is looked at', () => {
  const good = { p: '175', s: '1' }
  it.each([
    [
      'a price more than 80% away',
      { p: '35.1', s: '1' },
      'Order price cannot be more than 80% away from the reference price',
    ],
    [
      'a price more than 80% above',
      { p: '316.9', s: '1' },
      'Order price cannot be more than 80% away from the reference price',
    ],
    ['a size finer than the lot', { p: '175', s: '0.1234' }, 'Order has invalid size.'],
    ['a size of zero', { p: '175', s: '0' }, 'Order has zero size.'],
    ['a price of zero', { p: '0', s: '1' }, 'Order has invalid price.'],
    ['an asset that does not exist', { a: 110_043, p: '175', s: '1' }, 'Invalid asset. asset=110043'],
  ])('because of %s gets one error for all', (_what, bad, error) => {
    expect(bench.order(good, bad, good)).toEqual([{ error }])
    expect(bench.exchange.account(USER).openOrders()).toEqual([])
  })

  it('takes prices at the very edge of the band', () => {
    expect(bench.order({ p: '35.2', s: '1' }, { b: false, p: '316.8', s: '1' })).toMatchObject([
      { resting: {} },
      { resting: {} },
    ])
  })

  it('refuses an empty one as a whole', () => {
    expect(bench.order()).toEqual([{ status: 'err', response: 'Orders are empty' }])
  })

  it('refuses what it does not simulate, in so many words', () => {
    const wire = orderWire({ p: '175', s: '1', tif: 'Alo' })
    expect(bench.act({ type: 'order', orders: [wire], grouping: { p: 80_000 } })).toMatchObject({
      response: 'Insufficient delegatable balance for priority order',
    })
    expect(bench.act({ type: 'order', orders: [wire], grouping: 'na', builder: { b: OTHER, f: 10 } })).toMatchObject({
      response: { data: { statuses: [{ error: 'Builder fee has not been approved.' }] } },
    })
    expect(bench.act({ type: 'twapOrder' })).toContain('unknown variant `twapOrder`')
  })
})

describe('a reduce-only order', () => {
  beforeEach(() => {
    bench.order({ p: '176.5', s: '10', tif: 'Ioc' })
  })

  it('is cut to the position', () => {
    expect(bench.order({ b: false, p: '175.5', s: '50', r: true, tif: 'Ioc' })).toMatchObject([
      { filled: { totalSz: '10.0' } },
    ])
    expect(bench.exchange.record.position(USER, NAME)?.size).toBe('0')
  })

  it('that would increase the position is refused', () => {
    expect(bench.order({ p: '176.5', s: '1', r: true, tif: 'Ioc' })).toMatchObject([
      { error: 'Reduce only order would increase position. asset=110002' },
    ])
  })

  it('may close the whole position below the minimum value, but not a part of it', () => {
    bench.order({ b: false, p: '175.5', s: '9.95', r: true, tif: 'Ioc' })
    expect(bench.order({ b: false, p: '175.5', s: '0.04', r: true, tif: 'Ioc' })).toMatchObject([
      { error: expect.stringContaining('minimum value') },
    ])
    expect(bench.order({ b: false, p: '175.5', s: '0.05', r: true, tif: 'Ioc' })).toMatchObject([
      { filled: { totalSz: '0.05' } },
    ])
  })

  it('leaves the book when the position it would reduce is gone', () => {
    bench.order({ b: false, p: '180', s: '10', r: true, c: CLOID })
    bench.order({ b: false, p: '175.5', s: '10', tif: 'Ioc' })
    expect(statusOf(CLOID)).toBe('reduceOnlyCanceled')
    expect(bench.exchange.account(USER).openOrders()).toEqual([])
  })

  it('gives way to a younger one when together they exceed the position', () => {
    bench.order({ b: false, p: '180', s: '6', r: true, c: CLOID })
    bench.order({ b: false, p: '181', s: '6', r: true })
    expect(statusOf(CLOID)).toBe('reduceOnlyCanceled')
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ price: '181', size: '6' }])
  })
})

describe('a position', () => {
  it('opens, is averaged, closes with its profit and flips, in the venue’s words', () => {
    bench.order({ p: '176.1', s: '5', tif: 'Ioc' })
    bench.order({ p: '176.5', s: '5', tif: 'Ioc' })
    bench.exchange.market(NAME).setBook({ bids: [['180', '100']], asks: [['181', '100']] })
    bench.order({ b: false, p: '180', s: '4', tif: 'Ioc' })
    bench.order({ b: false, p: '180', s: '8', tif: 'Ioc' })
    expect(bench.exchange.record.fills.map(({ direction, closedPnl }) => [direction, closedPnl])).toEqual([
      ['Open Long', '0'],
      ['Open Long', '0'],
      ['Close Long', '14.8'],
      ['Long > Short', '22.2'],
    ])
    expect(bench.exchange.record.position(USER, NAME)).toMatchObject({ size: '-2', entryPrice: '180' })
  })

  it('pays a tenth of the builder-dex fee in growth mode: 0.09% × 0.1 to take, 0.03% × 0.1 to make', () => {
    bench.order({ p: '176.1', s: '5', tif: 'Ioc' })
    bench.order({ p: '176', s: '5' })
    bench.exchange.market(NAME).take('sell', '176', '5')
    expect(bench.exchange.record.fills.map(({ fee }) => fee)).toEqual(['0.079245', '0.0264'])
    expect(bench.exchange.account(USER).balance()).toBe('99999.894355')
  })

  it('shows in the answers of its own dex only', () => {
    bench.order({ p: '176.1', s: '5', tif: 'Ioc' })
    const positions = (dex: string): unknown[] =>
      (bench.info({ type: 'clearinghouseState', user: USER, dex }) as { assetPositions: unknown[] }).assetPositions
    expect(positions('xyz')).toMatchObject([
      {
        type: 'oneWay',
        position: {
          coin: NAME,
          szi: '5.0',
          entryPx: '176.1',
          positionValue: '880.0',
          unrealizedPnl: '-0.5',
          marginUsed: '87.55',
        },
      },
    ])
    expect(positions('')).toEqual([])
    expect(bench.info({ type: 'clearinghouseState', user: AGENT, dex: 'xyz' })).toMatchObject({ assetPositions: [] })
  })

  it('frees on closing what it had set aside', () => {
    const before = bench.exchange.account(USER).available()
    bench.order({ p: '176.1', s: '5', tif: 'Ioc' })
    expect(Number(bench.exchange.account(USER).available())).toBeLessThan(Number(before) - 88)
    bench.order({ b: false, p: '175.9', s: '5', r: true, tif: 'Ioc' })
    expect(bench.exchange.account(USER).available()).toBe(bench.exchange.account(USER).balance())
  })
})

describe('collateral', () => {
  it('of one token backs every dex of that token and no other', () => {
    expect(bench.order({ a: 0, p: '66000', s: '0.01' })).toMatchObject([{ resting: {} }])
    expect(bench.order({ a: 120_000, p: '399', s: '1' })).toMatchObject([
      { error: expect.stringContaining('Insufficient margin') },
    ])
    bench.exchange.account(USER).deposit('1000', { dex: 'flx' })
    expect(bench.order({ a: 120_000, p: '399', s: '1' })).toMatchObject([{ resting: {} }])
  })

  it('is kept apart by dex in the standard mode', () => {
    bench.exchange.account(AGENT).setMode('disabled').deposit('1000', { dex: 'xyz' })
    expect(bench.orderAs(AGENT, { a: 0, p: '66000', s: '0.01' })).toMatchObject([
      { error: expect.stringContaining('Insufficient margin') },
    ])
    expect(bench.orderAs(AGENT, { p: '175', s: '1' })).toMatchObject([{ resting: {} }])
    expect(bench.info({ type: 'clearinghouseState', user: AGENT, dex: 'xyz' })).toMatchObject({
      marginSummary: { accountValue: '1000.0' },
      withdrawable: '982.5',
    })
    expect(bench.info({ type: 'userAbstraction', user: AGENT })).toBe('disabled')
  })

  it('is reserved by a resting order at its own price and given back by its cancel', () => {
    bench.order({ b: false, p: '200', s: '10', c: CLOID })
    expect(bench.exchange.account(USER).available()).toBe('99800')
    bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: CLOID }] })
    expect(bench.exchange.account(USER).available()).toBe('100000')
  })
})

describe('cancelling', () => {
  it('works by order id and by client order id, once', () => {
    const [{ resting }] = bench.order({ p: '175', s: '1', c: CLOID }) as [{ resting: { oid: number } }]
    const missing = { error: 'Order was never placed, already canceled, or filled. asset=110002' }
    expect(bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: resting.oid }] })).toEqual({
      status: 'ok',
      response: { type: 'cancel', data: { statuses: ['success'] } },
    })
    expect(bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: CLOID }], f: true })).toMatchObject({
      response: { data: { statuses: [missing] } },
    })
    expect(statusOf(CLOID)).toBe('canceled')
  })

  it('misses an order of another account or another market', () => {
    const [{ resting }] = bench.order({ p: '175', s: '1' }) as [{ resting: { oid: number } }]
    const wrong = (asset: number, as: string): unknown =>
      bench.act({ type: 'cancel', cancels: [{ a: asset, o: resting.oid }] }, { as })
    expect(wrong(NVDA, OTHER)).toMatchObject({ response: { data: { statuses: [{ error: expect.any(String) }] } } })
    expect(wrong(NVDA + 1, USER)).toMatchObject({ response: { data: { statuses: [{ error: expect.any(String) }] } } })
    expect(bench.exchange.account(USER).openOrders()).toHaveLength(1)
  })

  it('happens to all orders when a market halts or is delisted, and new ones are refused', () => {
    bench.order({ p: '175', s: '1', c: CLOID })
    bench.exchange.market(NAME).halt()
    expect(statusOf(CLOID)).toBe('canceled')
    expect(bench.order({ p: '175', s: '1' })).toMatchObject([{ error: 'Trading is halted. asset=110002' }])
    bench.exchange.market(NAME).resume().seedBook()
    bench.order({ p: '175', s: '1', c: CLOID })
    bench.exchange.market(NAME).delist()
    expect(statusOf(CLOID)).toBe('delistedCanceled')
  })
})

describe('modifying', () => {
  it('replaces the order under a new id and the client order id it is given', () => {
    const [{ resting }] = bench.order({ p: '175', s: '1', c: CLOID }) as [{ resting: { oid: number } }]
    const order = orderWire({ p: '174', s: '2', c: CLOID })
    expect(bench.act({ type: 'modify', oid: resting.oid, order })).toEqual({
      status: 'ok',
      response: { type: 'default' },
    })
    const [open] = bench.exchange.account(USER).openOrders()
    expect(open).toMatchObject({ price: '174', size: '2', cloid: CLOID, timeInForce: 'Alo' })
    expect(open?.oid).not.toBe(resting.oid)
    expect(bench.act({ type: 'batchModify', modifies: [{ oid: CLOID, order }] })).toMatchObject({
      response: { type: 'order', data: { statuses: [{ resting: {} }] } },
    })
    expect(bench.exchange.account(USER).openOrders()).toHaveLength(1)
  })

  it('refuses what would not be a quote and keeps the order', () => {
    bench.order({ p: '175', s: '1', c: CLOID })
    for (const order of [orderWire({ p: '177', s: '1', tif: 'Ioc' }), orderWire({ b: false, p: '177', s: '1' })]) {
      expect(bench.act({ type: 'modify', oid: CLOID, order })).toMatchObject({
        response: 'Attempted to modify to invalid new order',
      })
    }
    expect(statusOf(CLOID)).toBe('open')
  })

  it('loses the order when the new one would match', () => {
    bench.order({ p: '175', s: '1', c: CLOID })
    expect(bench.act({ type: 'modify', oid: CLOID, order: orderWire({ p: '177', s: '1' }) })).toMatchObject({
      response: expect.stringContaining(
        'Error placing new order during modify: Post only order would have immediately matched',
      ),
    })
    expect(statusOf(CLOID)).toBe('canceled')
  })

  it('always places with the flag, even when the old order is gone', () => {
    const order = orderWire({ p: '176.1', s: '1', tif: 'Ioc' })
    expect(bench.act({ type: 'modify', oid: 1, order })).toMatchObject({
      response: 'Cannot modify canceled or filled order',
    })
    expect(bench.act({ type: 'batchModify', modifies: [{ oid: 1, order }], a: true })).toMatchObject({
      response: { data: { statuses: [{ filled: { totalSz: '1.0' } }] } },
    })
  })
})

describe('leverage', () => {
  const set = (leverage: number, isCross = false, asset = NVDA): unknown =>
    bench.act({ type: 'updateLeverage', asset, isCross, leverage })

  it('is set within the market’s limits and its margin mode', () => {
    expect(set(5)).toEqual({ status: 'ok', response: { type: 'default' } })
    expect(bench.exchange.record.position(USER, NAME)).toMatchObject({ leverage: 5, isCross: false })
    expect(set(11)).toMatchObject({ response: 'Invalid leverage value' })
    expect(set(0)).toMatchObject({ response: 'Invalid leverage value' })
    expect(set(5, true)).toMatchObject({ response: 'Cross margin is not allowed for this asset.' })
    expect(set(20, true, 0)).toMatchObject({ status: 'ok' })
  })

  it('does not switch its type under a position', () => {
    bench.order({ a: 0, p: '66500', s: '0.01', tif: 'Ioc' })
    expect(set(10, false, 0)).toMatchObject({ response: 'Cannot switch leverage type with open position.' })
  })

  it('decides what an order needs', () => {
    set(1)
    expect(bench.order({ p: '175', s: '600' })).toMatchObject([
      { error: expect.stringContaining('Insufficient margin') },
    ])
    set(10)
    expect(bench.order({ p: '175', s: '600' })).toMatchObject([{ resting: {} }])
  })
})

describe('the dead man’s switch', () => {
  const schedule = (time?: number): unknown =>
    bench.act({ type: 'scheduleCancel', ...(time === undefined ? {} : { time }) })

  it('needs a million of traded volume', () => {
    expect(schedule(bench.clock.now() + 10_000)).toMatchObject({
      response: 'Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $0.00.',
    })
  })

  it('cancels everything at its time, unless it is cleared or moved', () => {
    bench.exchange.account(USER).setVolume('1000000')
    bench.order({ p: '175', s: '1', c: CLOID })
    expect(schedule(bench.clock.now() + 4_999)).toMatchObject({ response: expect.stringContaining('too early') })
    expect(schedule(bench.clock.now() + 5_000)).toMatchObject({ status: 'ok' })
    schedule()
    bench.clock.advance(10_000)
    expect(statusOf(CLOID)).toBe('open')
    schedule(bench.clock.now() + 5_000)
    bench.clock.advance(5_000)
    expect(statusOf(CLOID)).toBe('scheduledCancel')
  })

  it('fires ten times a day at most', () => {
    bench.exchange.account(USER).setVolume('1000000')
    for (let i = 0; i < 10; i++) {
      schedule(bench.clock.now() + 5_000)
      bench.clock.advance(5_000)
    }
    expect(schedule(bench.clock.now() + 5_000)).toMatchObject({
      response: 'Too many scheduled cancels triggered for the day.',
    })
    bench.clock.advance(86_400_000)
    expect(schedule(bench.clock.now() + 5_000)).toMatchObject({ status: 'ok' })
  })
})

describe('looking orders up', () => {
  it('knows open, finished and unknown ones, by id and by client order id', () => {
    const [{ resting }] = bench.order({ p: '175', s: '1', c: CLOID }) as [{ resting: { oid: number } }]
    const byId = bench.info({ type: 'orderStatus', user: USER, oid: resting.oid })
    expect(byId).toMatchObject({
      status: 'order',
      order: { status: 'open', order: { coin: NAME, origSz: '1.0', tif: 'Gtc', cloid: CLOID } },
    })
    expect(bench.info({ type: 'orderStatus', user: USER, oid: CLOID })).toEqual(byId)
    expect(bench.info({ type: 'orderStatus', user: OTHER, oid: CLOID })).toEqual({ status: 'unknownOid' })
  })

  it('lists open orders of one dex and keeps the history of all', () => {
    bench.order({ p: '175', s: '1', c: CLOID })
    const open = (dex?: string): unknown =>
      bench.info({ type: 'openOrders', user: USER, ...(dex === undefined ? {} : { dex }) })
    expect(open('xyz')).toEqual([
      {
        coin: NAME,
        side: 'B',
        limitPx: '175.0',
        sz: '1.0',
        oid: expect.any(Number),
        timestamp: bench.clock.now(),
        origSz: '1.0',
        cloid: CLOID,
      },
    ])
    expect(open()).toEqual([])
    expect(bench.info({ type: 'frontendOpenOrders', user: USER, dex: 'xyz' })).toMatchObject([
      { isTrigger: false, reduceOnly: false },
    ])
    bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: CLOID }] })
    expect(bench.info({ type: 'historicalOrders', user: USER })).toMatchObject([
      { status: 'canceled' },
      { status: 'open' },
    ])
  })

  it('serves fills, newest first, and by time, oldest first', () => {
    bench.order({ p: '176.1', s: '1', tif: 'Ioc' })
    bench.clock.advance(1_000)
    bench.order({ p: '176.1', s: '2', tif: 'Ioc' })
    const sizes = (request: Record<string, unknown>): unknown =>
      (bench.info({ user: USER, ...request }) as { sz: string }[]).map(({ sz }) => sz)
    expect(sizes({ type: 'userFills' })).toEqual(['2.0', '1.0'])
    expect(sizes({ type: 'userFillsByTime', startTime: 0 })).toEqual(['1.0', '2.0'])
    expect(sizes({ type: 'userFillsByTime', startTime: bench.clock.now() })).toEqual(['2.0'])
    expect(sizes({ type: 'userFillsByTime', startTime: 0, endTime: bench.clock.now() - 1 })).toEqual(['1.0'])
    expect(bench.info({ type: 'userFills', user: USER })).toMatchObject([
      { coin: NAME, side: 'B', dir: 'Open Long', startPosition: '1.0', crossed: true, feeToken: 'USDC', twapId: null },
      {},
    ])
  })

  it('counts requests, one for each order of a batch', () => {
    bench.act(orderAction({ p: '175', s: '1' }, { p: '174', s: '1' }))
    expect(bench.info({ type: 'userRateLimit', user: USER })).toEqual({
      cumVlm: '0.0',
      nRequestsUsed: 2,
      nRequestsCap: 10_000,
      nRequestsSurplus: 0,
    })
  })
})
