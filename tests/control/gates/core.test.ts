import { describe, expect, it } from 'vitest'
import { coreGates } from '../../../src/control/gates/core.js'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, d, type Judged, judged, orderOf, type World } from '../support.js'

function submit(world: World, price = '100', now = 0): Judged {
  return judged(createRiskGates(coreGates(), world).evaluate(orderOf({ price }), now))
}

function createMarkedWorld(mark = '100'): World {
  const world = createWorld({ maxMarkAgeMs: 8_000 })
  world.marketData.update({ market: 'xyz:NVDA', markPrice: d(mark) }, 0)
  return world
}

describe('the gates that always stand first', () => {
  it('let an order pass when nothing speaks against it', () => {
    expect(submit(createMarkedWorld())).toEqual({ size: '1' })
  })

  it('deny while the kill switch is on, with its cause and reason, and no longer than that', () => {
    const world = createMarkedWorld()
    world.hardStop.trigger({ cause: 'risk', reason: 'loss above 20' })
    expect(submit(world)).toEqual({
      gate: 'hardStop',
      reason: 'HARD_STOP',
      limit: 'not triggered',
      value: 'risk: loss above 20',
    })
    world.hardStop.reset('ada')
    expect(submit(world)).toEqual({ size: '1' })
  })

  it('deny while anything is missing, and say what', () => {
    const world = createMarkedWorld()
    world.readiness.unmet('connection', 'the socket closed')
    world.readiness.unmet('clock', 'drift 6000 ms')
    expect(submit(world)).toEqual({
      gate: 'ready',
      reason: 'NOT_READY',
      limit: 'ready',
      value: 'connection: the socket closed; clock: drift 6000 ms',
    })
  })

  it('name the kill switch before anything else', () => {
    const world = createWorld()
    world.readiness.unmet('connection', 'closed')
    world.hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(submit(world)).toMatchObject({ gate: 'hardStop' })
  })
})

describe('the price band', () => {
  it.each([
    ['20', true],
    ['19.999', false],
    ['180', true],
    ['180.01', false],
  ])('around a mark of 100: %s passes: %s', (price, passes) => {
    const denial = { gate: 'priceBand', reason: 'PRICE_OUT_OF_BAND', limit: '20 to 180', value: price }
    expect(submit(createMarkedWorld(), price)).toEqual(passes ? { size: '1' } : denial)
  })

  it.each([
    [8_000, true],
    [8_001, false],
  ])('with a mark of %d ms passes: %s (F-27)', (age, passes) => {
    const denial = {
      gate: 'priceBand',
      reason: 'MARKET_DATA_UNAVAILABLE',
      limit: 'a mark of at most 8000 ms',
      value: 'none for xyz:NVDA',
    }
    expect(submit(createMarkedWorld(), '100', age)).toEqual(passes ? { size: '1' } : denial)
  })

  it.each([undefined, '0', '-100'])('with a mark of %s denies: no price is no reference', (mark) => {
    const world = mark === undefined ? createWorld() : createMarkedWorld(mark)
    expect(submit(world)).toMatchObject({ gate: 'priceBand', reason: 'MARKET_DATA_UNAVAILABLE' })
  })
})
