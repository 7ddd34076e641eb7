/** Every builder, by the JSON it makes: the order of keys is part of what is signed. */
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Address } from '../../src/model/account.js'
import { type Decimal, decimal } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import {
  type BatchModifyAction,
  batchModifyAction,
  type CancelAction,
  type CancelByCloidAction,
  cancelAction,
  cancelByCloidAction,
  modifyAction,
  noopAction,
  type OrderAction,
  type OrderSpec,
  orderAction,
  orderWire,
  reserveRequestWeightAction,
  scheduleCancelAction,
  topUpIsolatedOnlyMarginAction,
  updateIsolatedMarginAction,
  updateLeverageAction,
} from '../../src/wire/actions.js'
import { actions } from '../helpers/random-actions.js'

const d = (text: string): Decimal => decimal(text, 'test')
const CLOID: ClientOrderId = '0x0de3e244a8f44fc28a6b7bc852d66d19'
const BUILDER: Address = '0x1719884eb866cb12b2287399b15f7db5e7d775ea'

const LIMIT: OrderSpec = {
  assetId: 110_027,
  side: 'buy',
  price: d('105.00'),
  size: d('0.20'),
  reduceOnly: false,
  type: { timeInForce: 'ioc' },
}
const STOP: OrderSpec = {
  ...LIMIT,
  side: 'sell',
  reduceOnly: true,
  type: { trigger: 'stopLoss', triggerPrice: d('103.0'), isMarket: true },
}
const LIMIT_JSON = '{"a":110027,"b":true,"p":"105","s":"0.2","r":false,"t":{"limit":{"tif":"Ioc"}}}'
const STOP_JSON =
  '{"a":110027,"b":false,"p":"105","s":"0.2","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"103","tpsl":"sl"}}}'

describe('an action on the wire', () => {
  it.each<[string, object, string]>([
    ['an order', orderAction([LIMIT]), `{"type":"order","orders":[${LIMIT_JSON}],"grouping":"na"}`],
    [
      'an order with everything',
      orderAction([{ ...LIMIT, clientOrderId: CLOID }, STOP], {
        grouping: 'normalTpsl',
        builder: { address: '0x1719884EB866CB12B2287399B15F7DB5E7D775EA', feeTenthBps: 10 },
      }),
      `{"type":"order","orders":[${LIMIT_JSON.slice(0, -1)},"c":"${CLOID}"},${STOP_JSON}],"grouping":"normalTpsl","builder":{"b":"${BUILDER}","f":10}}`,
    ],
    [
      'an order with a priority fee',
      orderAction([LIMIT], { priorityRate: 80_000 }),
      `{"type":"order","orders":[${LIMIT_JSON}],"grouping":{"p":80000}}`,
    ],
    [
      'a take profit for the position, of its whole size',
      orderAction(
        [{ ...STOP, size: d('0'), type: { trigger: 'takeProfit', triggerPrice: d('120'), isMarket: false } }],
        { grouping: 'positionTpsl' },
      ),
      '{"type":"order","orders":[{"a":110027,"b":false,"p":"105","s":"0","r":true,"t":{"trigger":{"isMarket":false,"triggerPx":"120","tpsl":"tp"}}}],"grouping":"positionTpsl"}',
    ],
    [
      'a cancel',
      cancelAction([{ assetId: 1, orderId: 446_050_656_712 }]),
      '{"type":"cancel","cancels":[{"a":1,"o":446050656712}]}',
    ],
    [
      'a fast cancel',
      cancelAction([{ assetId: 1, orderId: 2 }], { fast: true }),
      '{"type":"cancel","cancels":[{"a":1,"o":2}],"f":true}',
    ],
    [
      'a cancel that is not fast, by absence',
      cancelAction([{ assetId: 1, orderId: 2 }], { fast: false }),
      '{"type":"cancel","cancels":[{"a":1,"o":2}]}',
    ],
    [
      'a cancel by client order id',
      cancelByCloidAction([{ assetId: 110_000, clientOrderId: CLOID }], { fast: true }),
      `{"type":"cancelByCloid","cancels":[{"asset":110000,"cloid":"${CLOID}"}],"f":true}`,
    ],
    [
      'a modify',
      modifyAction({ target: 446_050_656_712, order: LIMIT }),
      `{"type":"modify","oid":446050656712,"order":${LIMIT_JSON}}`,
    ],
    [
      'a modify that always places',
      modifyAction({ target: CLOID, order: LIMIT }, { alwaysPlace: true }),
      `{"type":"modify","oid":"${CLOID}","order":${LIMIT_JSON},"a":true}`,
    ],
    [
      'a batch of modifies',
      batchModifyAction([
        { target: 7, order: LIMIT },
        { target: CLOID, order: STOP },
      ]),
      `{"type":"batchModify","modifies":[{"oid":7,"order":${LIMIT_JSON}},{"oid":"${CLOID}","order":${STOP_JSON}}]}`,
    ],
    [
      'a batch of modifies that always place',
      batchModifyAction([{ target: 7, order: LIMIT }], { alwaysPlace: true }),
      `{"type":"batchModify","modifies":[{"oid":7,"order":${LIMIT_JSON}}],"a":true}`,
    ],
    ['a scheduled cancel', scheduleCancelAction(1_769_339_470_576), '{"type":"scheduleCancel","time":1769339470576}'],
    ['a scheduled cancel called off', scheduleCancelAction(), '{"type":"scheduleCancel"}'],
    [
      'a leverage',
      updateLeverageAction({ assetId: 110_002, isCross: false, leverage: 5 }),
      '{"type":"updateLeverage","asset":110002,"isCross":false,"leverage":5}',
    ],
    [
      'isolated margin added',
      updateIsolatedMarginAction({ assetId: 173, amountMicros: 2_000_000 }),
      '{"type":"updateIsolatedMargin","asset":173,"isBuy":true,"ntli":2000000}',
    ],
    [
      'isolated margin removed',
      updateIsolatedMarginAction({ assetId: 173, amountMicros: -5 }),
      '{"type":"updateIsolatedMargin","asset":173,"isBuy":true,"ntli":-5}',
    ],
    [
      'strict-isolated margin',
      topUpIsolatedOnlyMarginAction({ assetId: 110_001, leverage: d('3.50') }),
      '{"type":"topUpIsolatedOnlyMargin","asset":110001,"leverage":"3.5"}',
    ],
    ['a noop', noopAction(), '{"type":"noop"}'],
    ['request weight', reserveRequestWeightAction({ weight: 100 }), '{"type":"reserveRequestWeight","weight":100}'],
    [
      'request weight for another account',
      reserveRequestWeightAction({ weight: 1, destination: '0x1719884EB866CB12B2287399B15F7DB5E7D775EA' }),
      `{"type":"reserveRequestWeight","weight":1,"destination":"${BUILDER}"}`,
    ],
  ])('%s', (_, action, json) => {
    expect(JSON.stringify(action)).toBe(json)
  })

  it.each([
    ['ioc', 'Ioc'],
    ['gtc', 'Gtc'],
    ['alo', 'Alo'],
  ] as const)('calls %s %s', (timeInForce, tif) => {
    expect(orderWire({ ...LIMIT, type: { timeInForce } }).t).toStrictEqual({ limit: { tif } })
  })

  it('spells prices and sizes canonically, whatever they were written like (W-48)', () => {
    const wire = orderWire({ ...LIMIT, price: d('0105.000'), size: d('1.50000000') })
    expect([wire.p, wire.s]).toStrictEqual(['105', '1.5'])
    expect(orderWire({ ...LIMIT, price: d('0.0000001') }).p).toBe('0.0000001')
    expect(orderWire({ ...LIMIT, size: d('87654321.12345678') }).s).toBe('87654321.12345678')
  })

  it('holds orders, cancels or modifies, never two of them (F-18)', () => {
    fc.assert(
      fc.property(actions, (action) => {
        const lists = ['orders', 'cancels', 'modifies'].filter((key) => key in action)
        expect(lists.length).toBeLessThanOrEqual(1)
      }),
    )
    expectTypeOf<OrderAction>().not.toHaveProperty('cancels')
    expectTypeOf<CancelAction | CancelByCloidAction>().not.toHaveProperty('orders')
    expectTypeOf<BatchModifyAction>().not.toHaveProperty('cancels')
    expectTypeOf<Parameters<typeof orderAction>[0]>().toEqualTypeOf<readonly OrderSpec[]>()
  })

  it('always has a grouping, and has no builder and no flag that was not asked for (F-14, P8)', () => {
    expect(Object.keys(orderAction([LIMIT]))).toStrictEqual(['type', 'orders', 'grouping'])
    expect(Object.keys(cancelAction([{ assetId: 1, orderId: 1 }]))).toStrictEqual(['type', 'cancels'])
    expect(Object.keys(modifyAction({ target: 1, order: LIMIT }))).toStrictEqual(['type', 'oid', 'order'])
  })
})

describe('an action that cannot be spelled', () => {
  const untyped = (spec: object): OrderSpec => ({ ...LIMIT, ...spec })

  it.each<[string, () => unknown, string]>([
    ['a price of zero', () => orderWire({ ...LIMIT, price: d('0') }), 'price: expected more than zero, got 0'],
    ['a negative price', () => orderWire({ ...LIMIT, price: d('-1') }), 'price: expected more than zero, got -1'],
    [
      'a price of nine decimals',
      () => orderWire({ ...LIMIT, price: d('0.000000001') }),
      'price: expected at most 8 decimals, got 0.000000001',
    ],
    ['a size of zero', () => orderWire({ ...LIMIT, size: d('0') }), 'size: expected more than zero, got 0'],
    ['a negative size', () => orderWire({ ...STOP, size: d('-1') }), 'size: expected zero or more, got -1'],
    [
      'a trigger price of zero',
      () => orderWire({ ...STOP, type: { trigger: 'stopLoss', triggerPrice: d('0'), isMarket: true } }),
      'triggerPrice: expected more than zero, got 0',
    ],
    [
      'a fraction of an asset',
      () => orderWire({ ...LIMIT, assetId: 0.5 }),
      'assetId: expected a whole number from 0 to 9007199254740991, got 0.5',
    ],
    [
      'a negative asset',
      () => cancelAction([{ assetId: -1, orderId: 1 }]),
      'assetId: expected a whole number from 0 to 9007199254740991, got -1',
    ],
    [
      'an order id above 2^53 - 1',
      () => cancelAction([{ assetId: 1, orderId: 2 ** 53 }]),
      'orderId: expected a whole number from 0 to 9007199254740991, got 9007199254740992',
    ],
    ['a side in capitals', () => orderWire(untyped({ side: 'BUY' })), 'side: expected buy or sell, got BUY'],
    ['no side', () => orderWire(untyped({ side: undefined })), 'side: expected buy or sell, got undefined'],
    [
      'a side every object has',
      () => orderWire(untyped({ side: 'constructor' })),
      'side: expected buy or sell, got constructor',
    ],
    [
      'an unknown time in force',
      () => orderWire(untyped({ type: { timeInForce: 'Ioc' } })),
      'timeInForce: expected ioc or gtc or alo, got Ioc',
    ],
    [
      'an unknown trigger',
      () => orderWire(untyped({ type: { trigger: 'tp', triggerPrice: d('1'), isMarket: true } })),
      'trigger: expected takeProfit or stopLoss, got tp',
    ],
    ['no orders', () => orderAction([]), 'orders: expected at least one'],
    ['no orders, with a priority fee', () => orderAction([], { priorityRate: 1 }), 'orders: expected at least one'],
    ['no cancels', () => cancelAction([]), 'cancels: expected at least one'],
    ['no cancels by client order id', () => cancelByCloidAction([]), 'cancels: expected at least one'],
    ['no modifies', () => batchModifyAction([]), 'modifies: expected at least one'],
    [
      'a priority fee of nothing',
      () => orderAction([LIMIT], { priorityRate: 0 }),
      'priorityRate: expected a whole number from 1 to 100000000, got 0',
    ],
    [
      'a priority fee above the notional',
      () => orderAction([LIMIT], { priorityRate: 100_000_001 }),
      'priorityRate: expected a whole number from 1 to 100000000, got 100000001',
    ],
    [
      'a priority fee on a group',
      () => orderAction([LIMIT], { priorityRate: 1, grouping: 'normalTpsl' }),
      'priorityRate: cannot be combined with grouping "normalTpsl"',
    ],
    [
      'a builder fee above the cap',
      () => orderAction([LIMIT], { builder: { address: BUILDER, feeTenthBps: 101 } }),
      'builder.feeTenthBps: expected a whole number from 0 to 100, got 101',
    ],
    [
      'a builder without an address',
      () => orderAction([LIMIT], { builder: { address: '0x', feeTenthBps: 1 } }),
      'builder.address: expected 0x and 40 hex digits, got a string of 2 characters',
    ],
    [
      'a modify of no order',
      () => modifyAction({ target: -1, order: LIMIT }),
      'target: expected a whole number from 0 to 9007199254740991, got -1',
    ],
    [
      'a scheduled cancel before time began',
      () => scheduleCancelAction(-1),
      'time: expected a whole number from 0 to 9007199254740991, got -1',
    ],
    [
      'a leverage of zero',
      () => updateLeverageAction({ assetId: 1, isCross: false, leverage: 0 }),
      'leverage: expected a whole number from 1 to 1000, got 0',
    ],
    [
      'no margin',
      () => updateIsolatedMarginAction({ assetId: 1, amountMicros: 0 }),
      'amountMicros: expected a whole number other than zero, got 0',
    ],
    [
      'a fraction of a millionth',
      () => updateIsolatedMarginAction({ assetId: 1, amountMicros: 0.5 }),
      'amountMicros: expected a whole number other than zero, got 0.5',
    ],
    [
      'a leverage of nothing',
      () => topUpIsolatedOnlyMarginAction({ assetId: 1, leverage: d('0') }),
      'leverage: expected more than zero, got 0',
    ],
    [
      'no weight',
      () => reserveRequestWeightAction({ weight: 0 }),
      'weight: expected a whole number from 1 to 4294967296, got 0',
    ],
  ])('%s is a RangeError that names the argument', (_, build, message) => {
    expect(build).toThrow(new RangeError(message))
  })

  it.each<[string, readonly Partial<OrderSpec>[]]>([
    ['gtc', [{ type: { timeInForce: 'gtc' } }]],
    ['a trigger', [{ type: STOP.type }]],
    ['ioc and alo together', [{ type: { timeInForce: 'ioc' } }, { type: { timeInForce: 'alo' } }]],
    ['a reduce-only alo', [{ type: { timeInForce: 'alo' }, reduceOnly: true }]],
  ])('a priority fee on %s is refused, as the venue would', (_, specs) => {
    expect(() =>
      orderAction(
        specs.map((spec) => ({ ...LIMIT, ...spec })),
        { priorityRate: 1 },
      ),
    ).toThrow(/^priorityRate: every order must be IOC/)
  })

  it('a malformed client order id is refused wherever it stands', () => {
    const bad = CLOID.toUpperCase() as ClientOrderId
    expect(() => orderWire({ ...LIMIT, clientOrderId: bad })).toThrow(/^clientOrderId: /)
    expect(() => cancelByCloidAction([{ assetId: 1, clientOrderId: bad }])).toThrow(/^clientOrderId: /)
    expect(() => modifyAction({ target: bad, order: LIMIT })).toThrow(/^target: /)
  })
})
