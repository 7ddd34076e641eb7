import { describe, expect, it } from 'vitest'
import { flattenInProgressGate, hasPositionGate, pendingOrderGate } from '../../../src/control/gates/single-entry.js'
import { createRiskGates, type Gate } from '../../../src/control/risk-gates.js'
import type { OrderEvent } from '../../../src/model/order.js'
import { createWorld, d, hold, type Judged, judged, orderOf, type World } from '../support.js'

const submit = (gate: Gate, world: World, market = 'xyz:NVDA'): Judged =>
  judged(createRiskGates([gate], world).evaluate(orderOf({ market }), 0))

const PASSED = { size: '1' }

describe('no entry while getting out', () => {
  const denied = { gate: 'flattenInProgress', reason: 'FLATTEN_IN_PROGRESS', limit: '0', value: '1' }

  it.each<[string, readonly OrderEvent[]]>([
    ['queued', []],
    ['in flight', ['written']],
    ['resting', ['written', 'acknowledged']],
    ['unanswered', ['written', 'lost']],
    ['being cancelled', ['written', 'acknowledged', 'cancelSent']],
  ])('denies beside a reduce-only order that is %s, in its market only (F-48)', (_, events) => {
    const world = createWorld()
    const exit = world.orders.register(orderOf({ reduceOnly: true, side: 'sell' })).request
    for (const event of events) world.orders.apply(exit.clientOrderId, event)
    expect(submit(flattenInProgressGate(), world)).toEqual(denied)
    expect(submit(flattenInProgressGate(), world, 'xyz:TSLA')).toEqual(PASSED)
  })

  it('passes once the exit is done and its fills are booked', () => {
    const world = createWorld()
    const { clientOrderId } = world.orders.register(orderOf({ reduceOnly: true, side: 'sell' })).request
    world.orders.apply(clientOrderId, 'written')
    world.orders.apply(clientOrderId, 'filled', { filledSize: d('1'), isSizeFinal: true })
    expect(submit(flattenInProgressGate(), world)).toEqual(denied)
    world.orders.bookFill(clientOrderId, { size: d('1'), price: d('100'), fee: d('0') })
    expect(submit(flattenInProgressGate(), world)).toEqual(PASSED)
  })

  it('does not mind other entries', () => {
    const world = createWorld()
    world.orders.register(orderOf())
    expect(submit(flattenInProgressGate(), world)).toEqual(PASSED)
  })
})

describe('no entry on top of a position', () => {
  it.each(['0.01', '-0.01'])('denies with %s held, in that market only, and says how much', (size) => {
    const world = createWorld()
    hold(world, { 'xyz:NVDA': size })
    expect(submit(hasPositionGate(), world)).toEqual({
      gate: 'hasPosition',
      reason: 'ALREADY_HAS_POSITION',
      limit: '0',
      value: size,
    })
    expect(submit(hasPositionGate(), world, 'xyz:TSLA')).toEqual(PASSED)
  })

  it('passes when the position is gone', () => {
    const world = createWorld()
    hold(world, { 'xyz:NVDA': '1' })
    const sold = { market: 'xyz:NVDA', side: 'sell' as const, price: d('100'), size: d('1') }
    world.positions.apply({ ...sold, time: Number.MAX_SAFE_INTEGER, tradeId: 1 })
    expect(submit(hasPositionGate(), world)).toEqual(PASSED)
  })
})

describe('no entry beside another', () => {
  const denied = { gate: 'pendingOrder', reason: 'PENDING_ORDER_EXISTS', limit: '0', value: '1' }

  it('denies from registration on, in that market only', () => {
    const world = createWorld()
    world.orders.register(orderOf())
    expect(submit(pendingOrderGate(), world)).toEqual(denied)
    expect(submit(pendingOrderGate(), world, 'xyz:TSLA')).toEqual(PASSED)
  })

  it.each<OrderEvent>(['rejected', 'canceled', 'filled'])('passes after %s (F-07)', (end) => {
    const world = createWorld()
    const { clientOrderId } = world.orders.register(orderOf()).request
    world.orders.apply(clientOrderId, 'written')
    const filled = end === 'filled' ? '1' : '0'
    if (end === 'filled') world.orders.bookFill(clientOrderId, { size: d('1'), price: d('100'), fee: d('0') })
    world.orders.apply(clientOrderId, end, { filledSize: d(filled), isSizeFinal: true })
    expect(submit(pendingOrderGate(), world)).toEqual(PASSED)
  })

  it('denies between the last word about an order and its fills: the position does not show them yet (W-24f)', () => {
    const world = createWorld()
    const { clientOrderId } = world.orders.register(orderOf()).request
    world.orders.apply(clientOrderId, 'written')
    world.orders.apply(clientOrderId, 'filled', { filledSize: d('1'), isSizeFinal: true })
    expect(submit(pendingOrderGate(), world)).toEqual(denied)
    world.orders.bookFill(clientOrderId, { size: d('1'), price: d('100'), fee: d('0') })
    expect(submit(pendingOrderGate(), world)).toEqual(PASSED)
  })

  it('denies while an order is unanswered, and passes once it is proven absent', () => {
    const world = createWorld()
    const { clientOrderId } = world.orders.register(orderOf()).request
    world.orders.apply(clientOrderId, 'written')
    world.orders.apply(clientOrderId, 'lost')
    expect(submit(pendingOrderGate(), world)).toEqual(denied)
    world.orders.apply(clientOrderId, 'provenAbsent')
    expect(submit(pendingOrderGate(), world)).toEqual(PASSED)
  })

  it('does not count reduce-only orders', () => {
    const world = createWorld()
    world.orders.register(orderOf({ reduceOnly: true, side: 'sell' }))
    expect(submit(pendingOrderGate(), world)).toEqual(PASSED)
  })
})
