import { beforeEach, describe, expect, it } from 'vitest'
import {
  type Action,
  type Bench,
  createBench,
  NVDA,
  type OrderFields,
  OTHER,
  orderWire,
  statusesOf,
  USER,
} from './helpers.js'

const NAME = 'xyz:NVDA'
const PARENT = '0x00000000000000000000000000000001'
const TAKE = '0x00000000000000000000000000000002'
const STOP = '0x00000000000000000000000000000003'

let bench: Bench

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({ bids: [['175.9', '100']], asks: [['176.1', '100']] })
})

type TriggerFields = OrderFields & { at: string; tpsl: 'tp' | 'sl'; isMarket?: boolean }

function triggerWire({ at, tpsl, isMarket = true, ...rest }: TriggerFields): Action {
  return { ...orderWire(rest), t: { trigger: { isMarket, triggerPx: at, tpsl } } }
}

const batch = (grouping: string, ...orders: Action[]): unknown[] =>
  statusesOf(bench.act({ type: 'order', orders, grouping }))
const place = (fields: TriggerFields): unknown[] => batch('na', triggerWire(fields))

type Found = { status: string; order: { [key: string]: unknown } }
const look = (cloid: string): Found | undefined =>
  (bench.info({ type: 'orderStatus', user: USER, oid: cloid }) as { order?: Found }).order
const statusOf = (cloid: string): string | undefined => look(cloid)?.status
const history = (cloid: string): string[] =>
  (bench.info({ type: 'historicalOrders', user: USER }) as Found[])
    .filter(({ order }) => order['cloid'] === cloid)
    .map(({ status }) => status)
    .reverse()
const sizeOf = (user = USER): string | undefined => bench.exchange.record.position(user, NAME)?.size

/** A long position of ten. */
const goLong = (): unknown => bench.order({ p: '176.1', s: '10', tif: 'Ioc' })
const stopLoss = (over: Partial<TriggerFields> = {}): TriggerFields => {
  return { b: false, p: '160', s: '10', r: true, at: '170', tpsl: 'sl', c: STOP, ...over }
}
const takeProfit = (over: Partial<TriggerFields> = {}): TriggerFields => {
  return { b: false, p: '180', s: '10', r: true, at: '180', tpsl: 'tp', c: TAKE, ...over }
}

describe('a trigger order', () => {
  beforeEach(goLong)

  it('waits outside the book, with an id', () => {
    expect(place(stopLoss())).toEqual([{ resting: { oid: expect.any(Number), cloid: STOP } }])
    expect(bench.exchange.market(NAME).bestAsk()).toBe('176.1')
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ status: 'open', triggerPrice: '170' }])
  })

  it('is described by its condition, its trigger price and its kind', () => {
    place(stopLoss())
    place(takeProfit({ isMarket: false }))
    expect(bench.info({ type: 'frontendOpenOrders', user: USER, dex: 'xyz' })).toMatchObject([
      {
        triggerCondition: 'Price below 170',
        isTrigger: true,
        triggerPx: '170.0',
        limitPx: '160.0',
        orderType: 'Stop Market',
        isPositionTpsl: false,
        children: [],
        tif: null,
      },
      { triggerCondition: 'Price above 180', isTrigger: true, triggerPx: '180.0', orderType: 'Take Profit Limit' },
    ])
  })

  it('fires on the mark, not on trades, and is told as triggered before filled', () => {
    place(stopLoss())
    bench.exchange.market(NAME).setBook({ bids: [['165', '100']], asks: [['166', '100']] })
    expect(statusOf(STOP)).toBe('open')
    bench.exchange.market(NAME).setMark('170')
    expect(history(STOP)).toEqual(['open', 'triggered', 'filled'])
    expect(sizeOf()).toBe('0')
  })

  it('that is a market order takes what is within ten percent of its trigger and no more', () => {
    place(stopLoss({ p: '169' }))
    bench.exchange.market(NAME).setBook({
      bids: [
        ['153', '4'],
        ['152.9', '100'],
      ],
      asks: [['170', '100']],
    })
    bench.exchange.market(NAME).setMark('165')
    expect(history(STOP)).toEqual(['open', 'triggered', 'canceled'])
    expect(sizeOf()).toBe('6')
  })

  it('that finds nothing within ten percent is marketOrderNoLiquidityRejected', () => {
    place(stopLoss())
    bench.exchange.market(NAME).setBook({ bids: [['152.9', '100']], asks: [['170', '100']] })
    bench.exchange.market(NAME).setMark('150')
    expect(history(STOP)).toEqual(['open', 'triggered', 'marketOrderNoLiquidityRejected'])
    expect(sizeOf()).toBe('10')
  })

  it('that is a limit order rests at its limit once it has fired', () => {
    place(takeProfit({ isMarket: false, p: '185' }))
    bench.exchange.market(NAME).setMark('181')
    expect(history(TAKE)).toEqual(['open', 'triggered', 'open'])
    expect(bench.exchange.market(NAME).bestAsk()).toBe('176.1')
    bench.exchange.market(NAME).setBook({ bids: [['185', '10']], asks: [['186', '1']] })
    expect(statusOf(TAKE)).toBe('filled')
  })

  it('that the mark has already reached is refused: Invalid TP/SL price. (badTriggerPxRejected)', () => {
    const wrong: TriggerFields[] = [
      stopLoss({ at: '176' }),
      stopLoss({ at: '177', p: '177' }),
      takeProfit({ at: '176', p: '176', c: STOP }),
      { ...stopLoss({ b: true, r: false, at: '175' }) },
      { ...takeProfit({ b: true, r: false, at: '177', c: STOP }) },
    ]
    for (const order of wrong) {
      expect(place(order)).toEqual([{ error: 'Invalid TP/SL price. asset=110002' }])
      expect(statusOf(STOP)).toBe('badTriggerPxRejected')
    }
  })

  it('may open a position when it stands alone, and needs the margin when it fires', () => {
    place({ b: true, p: '190', s: '5', at: '178', tpsl: 'sl', c: TAKE })
    bench.exchange.market(NAME).setBook({ bids: [['177.9', '10']], asks: [['178', '10']] })
    bench.exchange.market(NAME).setMark('178')
    expect(sizeOf()).toBe('15')
    place({ b: true, p: '190', s: '10000', at: '179', tpsl: 'sl', c: STOP })
    bench.exchange.market(NAME).setMark('179')
    expect(history(STOP)).toEqual(['open', 'triggered', 'perpMarginRejected'])
  })

  it('off the price grid is refused: Price must be divisible by tick size.', () => {
    expect(place(stopLoss({ at: '170.123' }))).toEqual([
      { error: 'Price must be divisible by tick size. asset=110002' },
    ])
  })

  it('that would reduce nothing is refused: Reduce only order would increase position.', () => {
    expect(place(stopLoss({ b: true, at: '180' }))).toEqual([
      { error: 'Reduce only order would increase position. asset=110002' },
    ])
  })

  it('is cancelled by id, but not with the fast flag', () => {
    place(stopLoss())
    const cancel = (f?: true): unknown[] =>
      statusesOf(bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: STOP }], ...(f ? { f } : {}) }))
    expect(cancel(true)).toEqual([{ error: 'Trigger orders cannot be canceled with the fast flag. asset=110002' }])
    expect(cancel()).toEqual(['success'])
    bench.exchange.market(NAME).setMark('169')
    expect(history(STOP)).toEqual(['open', 'canceled'])
  })

  it('of which several fire at once fires the one nearest to the old mark first', () => {
    place(stopLoss({ at: '168', s: '6', c: TAKE }))
    place(stopLoss({ at: '170', s: '6', c: STOP }))
    bench.exchange.market(NAME).setMark('160')
    expect(bench.exchange.record.fills.slice(1).map(({ cloid, size }) => [cloid, size])).toEqual([
      [STOP, '6'],
      [TAKE, '4'],
    ])
  })

  it('goes when the position it would reduce is gone: reduceOnlyCanceled', () => {
    place(stopLoss())
    bench.order({ b: false, p: '175.9', s: '10', tif: 'Ioc' })
    expect(statusOf(STOP)).toBe('reduceOnlyCanceled')
  })

  it('goes with a halt, a delisting and the dead man’s switch', () => {
    place(stopLoss())
    bench.exchange.account(USER).setVolume('1000000')
    bench.act({ type: 'scheduleCancel', time: bench.clock.now() + 5_000 })
    bench.clock.advance(5_000)
    expect(statusOf(STOP)).toBe('scheduledCancel')
    place(stopLoss())
    bench.exchange.market(NAME).halt()
    expect(statusOf(STOP)).toBe('canceled')
  })

  it('takes the place of an order by a modify that always places, and of none by one that does not', () => {
    bench.order({ b: false, p: '200', s: '1', c: TAKE })
    const modify = { type: 'modify', oid: TAKE, order: triggerWire(stopLoss()) }
    expect(bench.act(modify)).toMatchObject({ response: 'Attempted to modify to invalid new order' })
    expect(bench.act({ ...modify, a: true })).toMatchObject({ status: 'ok' })
    expect(statusOf(STOP)).toBe('open')
    expect(statusOf(TAKE)).toBe('canceled')
  })
})

describe('a bracket (normalTpsl)', () => {
  const parent = (over: Partial<OrderFields> = {}): Action => orderWire({ p: '175', s: '10', c: PARENT, ...over })
  const bracket = (over: Partial<OrderFields> = {}): unknown[] =>
    batch('normalTpsl', parent(over), triggerWire(takeProfit()), triggerWire(stopLoss()))

  it('answers waitingForFill for the children of a parent that rests, and shows them with it', () => {
    expect(bracket()).toEqual([
      { resting: { oid: expect.any(Number), cloid: PARENT } },
      'waitingForFill',
      'waitingForFill',
    ])
    expect(bench.info({ type: 'frontendOpenOrders', user: USER, dex: 'xyz' })).toMatchObject([
      { cloid: PARENT, children: [{ cloid: TAKE, isTrigger: true }, { cloid: STOP }] },
    ])
  })

  it('answers waitingForTrigger for the children of a parent that is filled at once', () => {
    expect(bracket({ p: '176.1', tif: 'Ioc' })).toEqual([
      { filled: { totalSz: '10.0', avgPx: '176.1', oid: expect.any(Number), cloid: PARENT } },
      'waitingForTrigger',
      'waitingForTrigger',
    ])
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ cloid: TAKE }, { cloid: STOP }])
  })

  it('places the children when the parent is filled in full, not before', () => {
    bracket()
    bench.exchange.market(NAME).setBook({ bids: [], asks: [['175', '4']] })
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ cloid: PARENT, remaining: '6' }])
    bench.exchange.market(NAME).setBook({ bids: [['174', '100']], asks: [['175', '6']] })
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ cloid: TAKE }, { cloid: STOP }])
  })

  it('loses its children with a cancelled parent, so that the part filled is unprotected', () => {
    bracket()
    bench.exchange.market(NAME).setBook({ bids: [], asks: [['175', '4']] })
    bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: PARENT }] })
    expect([statusOf(PARENT), statusOf(TAKE), statusOf(STOP)]).toEqual(['canceled', 'canceled', 'canceled'])
    expect(sizeOf()).toBe('4')
  })

  it('places its children, too, when its parent is marginCanceled with a part filled', () => {
    bracket()
    bench.exchange.market(NAME).setBook({ bids: [], asks: [['175', '4']] })
    bench.exchange.account(USER).deposit('-99900')
    bench.exchange.market(NAME).take('sell', '175', '6')
    expect(statusOf(PARENT)).toBe('marginCanceled')
    expect([statusOf(TAKE), statusOf(STOP)]).toEqual(['open', 'open'])
    expect(bench.exchange.account(USER).openOrders()).toMatchObject([{ cloid: TAKE }, { cloid: STOP }])
  })

  it('that fills its take-profit cancels its stop: siblingFilledCanceled', () => {
    bracket({ p: '176.1', tif: 'Ioc' })
    bench.exchange
      .market(NAME)
      .setBook({ bids: [['180', '100']], asks: [['181', '100']] })
      .setMark('180')
    expect([statusOf(TAKE), statusOf(STOP)]).toEqual(['filled', 'siblingFilledCanceled'])
    expect(sizeOf()).toBe('0')
  })

  it('keeps its other child when one is cancelled', () => {
    bracket({ p: '176.1', tif: 'Ioc' })
    bench.act({ type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: TAKE }] })
    expect(statusOf(STOP)).toBe('open')
  })

  it('refuses a child whose trigger the mark has passed when the parent is filled, and keeps the other', () => {
    bracket()
    bench.exchange.market(NAME).setMark('169')
    bench.exchange.market(NAME).take('sell', '175', '10')
    expect([statusOf(TAKE), statusOf(STOP)]).toEqual(['open', 'badTriggerPxRejected'])
  })

  it('answers a refused parent for its children too', () => {
    const error = 'Post only order would have immediately matched, bbo was 175.9@176.1. asset=110002'
    expect(bracket({ p: '177', tif: 'Alo' })).toEqual([{ error }, { error }, { error }])
    expect(bench.exchange.account(USER).openOrders()).toEqual([])
  })

  it('dies as a whole when a child could increase the position: Trigger order is not reduce only.', () => {
    expect(batch('normalTpsl', parent(), triggerWire(stopLoss({ r: false })))).toEqual([
      { error: 'Trigger order is not reduce only.' },
    ])
    expect(bench.exchange.account(USER).openOrders()).toEqual([])
  })

  it('dies as a whole when a child is on the side of the parent: Trigger order has unexpected side.', () => {
    expect(batch('normalTpsl', parent(), triggerWire(stopLoss({ b: true, at: '180' })))).toEqual([
      { error: 'Trigger order has unexpected side.' },
    ])
  })
})

describe('a position’s take-profit and stop (positionTpsl)', () => {
  const protect = (s = '0'): unknown[] =>
    batch('positionTpsl', triggerWire(takeProfit({ s })), triggerWire(stopLoss({ s })))

  it('are answered without an id and take the whole position, however it has grown', () => {
    goLong()
    expect(protect()).toEqual(['waitingForTrigger', 'waitingForTrigger'])
    expect(look(STOP)?.order).toMatchObject({ isPositionTpsl: true, sz: '0.0', origSz: '0.0' })
    bench.order({ p: '176.1', s: '5', tif: 'Ioc' })
    bench.exchange.market(NAME).setMark('170')
    expect(sizeOf()).toBe('0')
    expect(look(STOP)).toMatchObject({ status: 'filled', order: { origSz: '15.0', sz: '0.0' } })
    expect(statusOf(TAKE)).toBe('siblingFilledCanceled')
  })

  it('keep a size that is given', () => {
    goLong()
    protect('4')
    bench.exchange.market(NAME).setMark('170')
    expect(sizeOf()).toBe('6')
    expect([statusOf(STOP), statusOf(TAKE)]).toEqual(['filled', 'siblingFilledCanceled'])
  })

  it('are refused without a position', () => {
    const error = 'Reduce only order would increase position. asset=110002'
    expect(protect()).toEqual([{ error }, { error }])
  })

  it('have no size of zero outside their group: Order has zero size.', () => {
    goLong()
    expect(place(stopLoss({ s: '0' }))).toEqual([{ error: 'Order has zero size.' }])
  })
})

describe('a client order id of zero', () => {
  it('kills the batch: A nonzero cloid is required for each order', () => {
    expect(bench.orderAs(OTHER, { p: '175', s: '1', c: `0x${'0'.repeat(32)}` })).toEqual([
      { error: 'A nonzero cloid is required for each order' },
    ])
  })
})
