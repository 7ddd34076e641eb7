import { describe, expect, it } from 'vitest'
import { actionWeight, entriesOf, infoWeight, maxRowsWeight, rowsWeight } from '../../src/wire/weights.js'

describe('an action', () => {
  it.each([
    [1, 1],
    [39, 1],
    [40, 2],
    [79, 2],
    [80, 3],
  ])('of %d entries weighs %d', (entries, weight) => {
    expect(actionWeight(entries)).toBe(weight)
  })

  it.each([
    [{ type: 'order', orders: [{}, {}, {}] }, 3],
    [{ type: 'cancel', cancels: [{}, {}] }, 2],
    [{ type: 'cancelByCloid', cancels: [{}] }, 1],
    [{ type: 'batchModify', modifies: [{}, {}] }, 2],
    [{ type: 'noop' }, 1],
    [undefined, 1],
  ])('such as %j counts as %d of the account', (action, count) => {
    expect(entriesOf(action)).toBe(count)
  })
})

describe('a question', () => {
  it.each([
    ['orderStatus', 2],
    ['clearinghouseState', 2],
    ['exchangeStatus', 2],
    ['meta', 20],
    ['userRateLimit', 20],
    ['userFills', 20],
    ['userRole', 60],
  ])('for %s weighs %d', (type, weight) => {
    expect(infoWeight(type)).toBe(weight)
  })

  it.each([
    ['userFills', 19, 0],
    ['userFills', 20, 1],
    ['userFillsByTime', 2_000, 100],
    ['historicalOrders', 41, 2],
    ['frontendOpenOrders', 2_000, 0],
  ])('for %s that brings %d rows weighs %d more', (type, rows, weight) => {
    expect(rowsWeight(type, Array.from({ length: rows }))).toBe(weight)
    expect(maxRowsWeight(type)).toBeGreaterThanOrEqual(weight)
  })

  it('whose answer is no list weighs no more', () => {
    expect(rowsWeight('userFills', { fills: [] })).toBe(0)
  })
})
