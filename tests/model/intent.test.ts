/** What a strategy may ask for, and how it is put on the grid of its market. */
import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { toWire } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import { type Intent, readIntent, toOrderRequest } from '../../src/model/intent.js'
import type { Market } from '../../src/model/market.js'

const CLOID: ClientOrderId = '0x0de3e244a8f44fc28a6b7bc852d66d19'
const INTENT: Intent = { market: 'xyz:NVDA', side: 'buy', size: '0.25', price: '182.51', timeInForce: 'ioc' }
const NVDA: Market = {
  ...{ name: 'xyz:NVDA', dex: 'xyz', assetId: 110_002, szDecimals: 3, maxLeverage: 10 },
  ...{ marginMode: 'strictIsolated', collateralToken: 0, isDelisted: false },
}
const intent = (fields: object): Intent => ({ ...INTENT, ...fields })
const placed = (fields: object): object => {
  const order = toOrderRequest(readIntent(intent(fields)), NVDA, CLOID)
  return 'reason' in order ? order : { price: toWire(order.price), size: toWire(order.size) }
}

describe('a malformed intent', () => {
  it.each<[object, string]>([
    [{ market: undefined }, 'market: expected a string, got undefined'],
    [{ market: 5 }, 'market: expected a string, got number'],
    [{ side: undefined }, 'side: expected a string, got undefined'],
    [{ side: true }, 'side: expected a string, got boolean'],
    [{ timeInForce: null }, 'timeInForce: expected a string, got null'],
    [{ kind: true }, 'kind: expected a string, got boolean'],
    [{ rounding: 1 }, 'rounding: expected a string, got number'],
    [{ reduceOnly: 'false' }, 'reduceOnly: expected a boolean, got string'],
    [{ reduceOnly: null }, 'reduceOnly: expected a boolean, got null'],
    [{ intentId: 7 }, 'intentId: expected a string, got number'],
    [{ clientOrderId: 7 }, 'clientOrderId: expected a string, got number'],
    [{ edgeBps: Number.NaN }, 'edgeBps: expected a finite number, got NaN'],
    [{ edgeBps: '5' }, 'edgeBps: expected a finite number, got 5'],
    [
      { size: 0.25 },
      'size: expected a decimal string or a Big, got the number 0.25 (floats are not money; pass a string)',
    ],
    [{ price: undefined }, 'price: expected a decimal string or a Big, got undefined'],
    [{ intentId: 'a', clientOrderId: CLOID }, 'clientOrderId: expected none beside an intentId, which makes its own'],
  ])('%j is a TypeError that names the field', (fields, message) => {
    expect(() => readIntent(intent(fields))).toThrow(new TypeError(message))
  })

  it.each([undefined, null, 5, 'buy'])('%j is no intent', (value) => {
    expect(() => readIntent(value as unknown as Intent)).toThrow(/^intent: expected an object, got /)
  })

  it.each<[object, string]>([
    [{ market: '' }, 'market: expected a string that is not empty'],
    [{ side: 'BUY' }, 'side: expected "buy" or "sell", got "BUY"'],
    [{ timeInForce: 'Ioc' }, 'timeInForce: expected "ioc" or "gtc" or "alo", got "Ioc"'],
    [{ kind: 'order' }, 'kind: expected "entry" or "quote", got "order"'],
    [{ kind: 'quote' }, 'timeInForce: expected "gtc" or "alo", got "ioc"'],
    [{ rounding: 'nearest' }, 'rounding: expected "passive" or "aggressive", got "nearest"'],
    [{ intentId: '' }, 'intentId: expected a string that is not empty'],
    [{ size: '0' }, 'size: expected more than zero, got 0'],
    [{ size: '-1' }, 'size: expected more than zero, got -1'],
    [{ price: '0.0' }, 'price: expected more than zero, got 0'],
    [{ price: '1e3' }, 'price: expected a plain decimal such as "182.51", got "1e3"'],
    [{ price: ' 1' }, 'price: expected a plain decimal such as "182.51", got " 1"'],
  ])('%j is a RangeError that names the field', (fields, message) => {
    expect(() => readIntent(intent(fields))).toThrow(new RangeError(message))
  })

  it('is refused with a client order id that is none', () => {
    expect(() => readIntent(intent({ clientOrderId: CLOID.toUpperCase() }))).toThrow(/^clientOrderId: expected 0x/)
  })
})

describe('an intent', () => {
  it('becomes an order on the grid, never worse than asked', () => {
    expect(placed({})).toStrictEqual({ price: '182.51', size: '0.25' })
    expect(placed({ price: '182.519', size: '0.25999' })).toStrictEqual({ price: '182.51', size: '0.259' })
    expect(placed({ price: '182.511', side: 'sell' })).toStrictEqual({ price: '182.52', size: '0.25' })
    expect(placed({ price: new Big('182.511'), rounding: 'aggressive' })).toStrictEqual({
      price: '182.52',
      size: '0.25',
    })
  })

  it.each([
    [undefined, 'entry'],
    ['entry', 'entry'],
    ['quote', 'quote'],
  ])('of kind %s is an %s', (kind, expected) => {
    const read = readIntent(intent({ kind, timeInForce: 'alo' }))
    expect(toOrderRequest(read, NVDA, CLOID)).toMatchObject({ kind: expected })
  })

  it('carries its metadata', () => {
    const order = toOrderRequest(readIntent(intent({ intentId: 'a', tags: { by: 'x' }, edgeBps: 5 })), NVDA, CLOID)
    expect(order).toMatchObject({
      ...{ clientOrderId: CLOID, market: NVDA, side: 'buy', timeInForce: 'ioc', reduceOnly: false },
      ...{ intentId: 'a', tags: { by: 'x' }, edgeBps: 5 },
    })
  })

  it('is denied with the numbers when nothing legal is left of it (F-45, F-46)', () => {
    expect(placed({ price: '0.0009' })).toStrictEqual({ reason: 'PRICE_OFF_GRID', limit: 'one tick', value: '0.0009' })
    expect(placed({ size: '0.0009' })).toStrictEqual({ reason: 'SIZE_TOO_SMALL', limit: '3 decimals', value: '0.0009' })
    expect(placed({ price: '99.99', size: '0.1' })).toStrictEqual({
      reason: 'BELOW_MINIMUM_VALUE',
      limit: '10',
      value: '9.999',
    })
  })

  it('may be worth exactly the minimum, and as a reduction less', () => {
    expect(placed({ price: '100', size: '0.1' })).toStrictEqual({ price: '100', size: '0.1' })
    expect(placed({ price: '99.99', size: '0.001', reduceOnly: true })).toStrictEqual({ price: '99.99', size: '0.001' })
    expect(placed({ size: '0.0009', reduceOnly: true })).toMatchObject({ reason: 'SIZE_TOO_SMALL' })
  })
})
